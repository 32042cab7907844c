import DeskCrypto

extension Hashing {
    /// SHA-256 and the generator of libcrypto.
    public static let system = Hashing(
        hash: { left, right in
            var hash = SHA256()
            hash.update(left)
            hash.update(right)
            return hash.finish()
        },
        random: { randomBytes($0) })
}
