public import DeskModel

/// What the store needs of cryptography, handed in: SHA-256 and randomness.
public struct Hashing: Sendable {
    /// The SHA-256 of two byte strings, one after the other.
    public let hash: @Sendable ([UInt8], [UInt8]) -> Digest
    /// That many random bytes.
    public let random: @Sendable (Int) -> [UInt8]

    /// Takes the two functions.
    public init(
        hash: @escaping @Sendable ([UInt8], [UInt8]) -> Digest, random: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.hash = hash
        self.random = random
    }
}
