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
