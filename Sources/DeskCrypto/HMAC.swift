import COpenSSL
public import DeskModel

/// HMAC-SHA-256 (RFC 2104): proves that who made the code knew the key.
public enum HMAC {
    /// The code of the message under the key. Check a received one with `constantTimeEqual`.
    public static func code(of message: [UInt8], key: [UInt8]) -> Digest {
        unsafe Digest.filled { target in
            let output = unsafe target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let made = unsafe COpenSSL.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, output, nil)
            unsafe precondition(made != nil, "libcrypto offers no HMAC-SHA-256")
        }
    }
}

/// Compares in constant time, so that an attacker who measures learns nothing of the bytes.
public func constantTimeEqual(_ left: Digest, _ right: Digest) -> Bool {
    unsafe left.withBytes { left in
        unsafe right.withBytes { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, Digest.byteCount) == 0
        }
    }
}
