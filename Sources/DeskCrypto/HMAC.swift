import COpenSSL
public import DeskModel

/// HMAC-SHA-256 (RFC 2104): only a holder of the key can make the code of a message.
public enum HMAC {
    /// The code of a message. Compare a received code with `constantTimeEqual`.
    public static func code(of message: [UInt8], key: [UInt8]) -> Digest {
        unsafe Digest.filled { target in
            let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let made = unsafe COpenSSL.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, output, nil)
            unsafe precondition(made != nil, "libcrypto offers no HMAC-SHA-256")
        }
    }
}

/// Compares in constant time, so that the duration reveals nothing about the bytes.
public func constantTimeEqual(_ left: Digest, _ right: Digest) -> Bool {
    unsafe left.withBytes { left in
        unsafe right.withBytes { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, Digest.byteCount) == 0
        }
    }
}
