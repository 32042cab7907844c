import CLinux

/// The box that a worker closes around itself before it reads its first byte.
public enum Sandbox {
    /// Seconds of CPU time for one mail; the desk's own patience ends before a worker's that hangs elsewhere.
    public static let secondsPerMail: UInt32 = 10
    /// Bytes of address space; the worst mail of 25 MB takes a tenth of it.
    private static let addressSpace: UInt64 = 1 << 30

    /// Closes the box of the reading worker: no files but iconv's tables, no network, no other program.
    ///
    /// Returns the version of the kernel's Landlock, 0 if it has none; then the files that the user may read stay
    /// readable, and all else is closed still. To be called once, by the only thread.
    @discardableResult
    public static func closeForReading() throws(PostError) -> Int {
        try closeDescriptors()
        try check("resources", desk_limit_resources(addressSpace))
        var abi: Int32 = 0
        try check("files", unsafe desk_close_files(&abi))
        try check("calls", desk_filter_calls(0))
        return Int(abi)
    }

    /// Closes the box of the sending worker: it needs the network and certificates, but no other program and no file to
    /// write.
    public static func closeForSending() throws(PostError) {
        try closeDescriptors()
        try check("resources", desk_limit_resources(addressSpace))
        try check("calls", desk_filter_calls(1))
    }

    /// Allows the next mail its share of CPU time.
    public static func grantTime() throws(PostError) {
        try check("time", desk_grant_cpu(secondsPerMail))
    }

    private static func closeDescriptors() throws(PostError) {
        try check("descriptors", desk_close_descriptors())
    }

    private static func check(_ step: String, _ error: Int32) throws(PostError) {
        guard error == 0 else { throw .sandbox(step: step, errno: error) }
    }
}
