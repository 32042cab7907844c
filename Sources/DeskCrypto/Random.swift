import COpenSSL

/// Returns `count` cryptographically secure random bytes (RAND_priv_bytes(3)).
///
/// Traps if the system provides no randomness: continuing with predictable secrets would be worse.
public func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        unsafe precondition(RAND_priv_bytes(buffer.baseAddress, Int32(count)) == 1, "the system provides no randomness")
        filled = count
    }
}
