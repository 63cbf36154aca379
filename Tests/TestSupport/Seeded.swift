import Glibc

/// Random numbers that come again from the same seed (SplitMix64). A failing test prints its seed;
/// `SEED=… swift test` repeats it.
package struct Seeded: RandomNumberGenerator {
    package let seed: UInt64
    private var state: UInt64

    package init() {
        self.init(
            seed: getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? .random(in: 0 ... .max))
    }

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Zero or more: half of them huge, the others of any number of bits.
    package mutating func natural() -> Int64 {
        let shift = Bool.random(using: &self) ? 0 : Int64.random(in: 0...63, using: &self)
        return Int64.random(in: 0 ... .max, using: &self) >> shift
    }

    /// One or more.
    package mutating func positive() -> Int64 {
        max(1, natural())
    }

    /// Of either sign.
    package mutating func integer() -> Int64 {
        Bool.random(using: &self) ? natural() : -1 - natural()
    }
}
