import CLinux

/// Prevents other processes of this user from reading this process's memory, through /proc, ptrace(2) or a core file
/// (PR_SET_DUMPABLE, prctl(2)).
///
/// For programs with passwords, keys or messages in memory; call it before they are.
public func hideMemory() throws(NetError) {
    let failure = desk_hide_memory()
    guard failure == 0 else { throw .system(doing: "hide this process's memory", errno: failure) }
}

/// Lets large blocks of memory go back to the system as soon as they are freed: what one large message or one long
/// reply took is not kept. To be called before the first thread is started.
public func returnLargeBlocks() {
    desk_return_large_blocks()
}
