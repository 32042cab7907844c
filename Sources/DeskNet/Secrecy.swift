import CLinux

/// Makes the memory of this process unreadable for other processes of its user, through /proc, ptrace or a core file.
///
/// For programs that hold passwords, keys or other people's texts; to be called before these are in memory.
public func hideMemory() throws(NetError) {
    let failure = desk_hide_memory()
    guard failure == 0 else { throw .system(doing: "hide this process's memory", errno: failure) }
}

/// Lets large blocks of memory go back to the system as soon as they are freed: what one large message or one long
/// reply took is not kept. To be called before the first thread is started.
public func returnLargeBlocks() {
    desk_return_large_blocks()
}
