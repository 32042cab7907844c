import COpenSSL

/// As many unpredictable bytes as asked for, fit for secrets (RAND_priv_bytes(3)).
///
/// Stops the process when the system gives no randomness: going on with guessable secrets would be worse.
public func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        unsafe precondition(RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1, "the system gives no randomness")
        filled = count
    }
}

/// Swift's interface to libcrypto's generator, for what draws numbers: `Int.random(in: 0..<8, using: &random)`.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    /// Any two are alike: the state is libcrypto's.
    public init() {}

    /// Eight unpredictable bytes.
    public mutating func next() -> UInt64 {
        var number: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &number) { buffer in
            let target = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe precondition(RAND_bytes(target, 8) == 1, "the system gives no randomness")
        }
        return number
    }
}
