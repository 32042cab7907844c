import DeskModel

extension Digest {
    /// Creates a digest from the 32 bytes that the closure writes.
    static func filled(by write: (UnsafeMutableRawBufferPointer) -> Void) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe write($0) }
        return Digest(words: inMemoryOrder(words))
    }

    /// Calls `body` with the 32 bytes; no allocation.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: Digest.inMemoryOrder(words)) { unsafe body($0) }
    }

    /// The words of a digest are little-endian on every machine.
    private static func inMemoryOrder(
        _ words: (UInt64, UInt64, UInt64, UInt64)
    ) -> (UInt64, UInt64, UInt64, UInt64) {
        (words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian)
    }
}
