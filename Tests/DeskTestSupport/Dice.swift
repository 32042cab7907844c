/// Chance that a seed repeats: SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
/// Generators", 2014).
package struct Dice: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `sides`.
    package mutating func roll(_ sides: Int) -> Int {
        Int(next() % UInt64(sides))
    }

    /// Whether the one case in so many has come.
    package mutating func one(in sides: Int) -> Bool {
        roll(sides) == 0
    }

    package mutating func pick<Things: RandomAccessCollection>(_ things: Things) -> Things.Element {
        things[things.index(things.startIndex, offsetBy: roll(things.count))]
    }
}
