import COpenSSL
public import DeskModel

// Fetched once: EVP_sha256() would be looked up by name again in every operation (provider(7), "Explicit fetching").
// Never changed nor freed, and libcrypto counts its uses atomically, so all threads may share it.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)

/// SHA-256 (FIPS 180-4), in one go or piece by piece.
///
///     var hash = SHA256()
///     hash.update(header)
///     hash.update(body)
///     let digest = hash.finish()
@safe public struct SHA256: ~Copyable {
    private let raw: OpaquePointer

    /// Begins a digest over nothing yet.
    public init() {
        guard let raw = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(raw, algorithm, nil) == 1 else {
            fatalError("libcrypto offers no SHA-256")
        }
        unsafe self.raw = unsafe raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// Adds bytes to what is digested.
    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { _ = unsafe EVP_DigestUpdate(raw, $0.baseAddress, $0.count) }
    }

    /// Adds bytes to what is digested.
    public mutating func update(_ bytes: [UInt8]) {
        update(bytes.span)
    }

    /// Ends the digest.
    public consuming func finish() -> Digest {
        unsafe Digest.filled {
            _ = unsafe EVP_DigestFinal_ex(raw, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
    }

    /// The digest of one piece.
    public static func digest(of bytes: Span<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of one piece.
    public static func digest(of bytes: [UInt8]) -> Digest {
        digest(of: bytes.span)
    }
}
