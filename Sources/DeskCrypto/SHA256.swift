import COpenSSL
public import DeskModel

// Fetched once: libcrypto would look EVP_sha256() up by name in each operation (provider(7), "Explicit fetching").
// Never changed or freed, and its reference count is atomic, so all threads may share it.
nonisolated(unsafe) private let algorithm: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)

/// SHA-256 (FIPS 180-4), in one call or incrementally.
///
///     var hash = SHA256()
///     hash.update(header)
///     hash.update(body)
///     let digest = hash.finish()
@safe public struct SHA256: ~Copyable {
    private let raw: OpaquePointer

    /// Creates a hash without input. Traps if libcrypto has no SHA-256.
    public init() {
        guard let raw = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(raw, algorithm, nil) == 1 else {
            fatalError("libcrypto offers no SHA-256")
        }
        unsafe self.raw = unsafe raw
    }

    deinit { unsafe EVP_MD_CTX_free(raw) }

    /// Adds input.
    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { _ = unsafe EVP_DigestUpdate(raw, $0.baseAddress, $0.count) }
    }

    /// Adds input.
    public mutating func update(_ bytes: [UInt8]) {
        update(bytes.span)
    }

    /// The digest of all input.
    public consuming func finish() -> Digest {
        unsafe Digest.filled {
            _ = unsafe EVP_DigestFinal_ex(raw, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
    }

    /// The digest of a byte sequence.
    public static func digest(of bytes: Span<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of a byte sequence.
    public static func digest(of bytes: [UInt8]) -> Digest {
        digest(of: bytes.span)
    }
}
