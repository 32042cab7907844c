import DeskCrypto
import DeskModel

extension Hashing {
    /// SHA-256 and the generator of libcrypto.
    public static let system = Hashing(
        hash: { left, right in DeskModel.Digest(SHA256.digest(joining: left, right).bytes) ?? .zero },
        random: { randomBytes($0) })
}
