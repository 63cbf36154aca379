import TestSupport

/// Makes what a stranger might send from what they should send: cut, doubled, spliced and garbled,
/// with the words of the language in wrong places.
struct Mutator {
    private(set) var random: Seeded
    private let samples: [[UInt8]]
    private let words: [[UInt8]]

    /// Bytes. Longer inputs are cut.
    private static let longest = 1 << 13

    /// - `samples`: inputs as they should be.
    /// - `words`: what means something to the reader.
    init(_ random: Seeded, samples: [String], words: [String]) {
        self.random = random
        self.samples = samples.map { Array($0.utf8) }
        self.words =
            words.map { Array($0.utf8) } + [[0], [0xFF], [0xC0, 0x80], [0xEF, 0xBB, 0xBF]]
    }

    mutating func next() -> [UInt8] {
        edited(samples.randomElement(using: &random)!)
    }

    /// An input made of another one.
    mutating func edited(_ sample: [UInt8]) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 0...6, using: &random) { edit(&bytes) }
        return Array(bytes.prefix(Self.longest))
    }

    private mutating func edit(_ bytes: inout [UInt8]) {
        let range = range(in: bytes)
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<9, using: &random) {
        case 0 where !bytes.isEmpty:
            bytes[min(place, bytes.count - 1)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 2: bytes.removeSubrange(range)
        case 3: bytes.insert(contentsOf: bytes[range], at: place)
        case 4: bytes.replaceSubrange(range, with: words.randomElement(using: &random)!)
        case 5: bytes.removeSubrange(place...)
        case 6:
            let other = samples.randomElement(using: &random) ?? bytes
            bytes.replaceSubrange(place..., with: other[self.range(in: other).lowerBound...])
        case 7 where Int.random(in: 0..<8, using: &random) == 0:
            let part = range.isEmpty ? Array("[".utf8) : Array(bytes[range].prefix(64))
            let copies = Int.random(in: 2...2_000, using: &random)
            bytes.insert(contentsOf: (0..<copies).flatMap { _ in part }, at: place)
        default: bytes.insert(contentsOf: words.randomElement(using: &random)!, at: place)
        }
        bytes.removeSubrange(min(bytes.count, Self.longest)...)
    }

    /// A part of `bytes`, mostly a short one.
    private mutating func range(in bytes: [UInt8]) -> Range<Int> {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let most = Bool.random(using: &random) ? 8 : bytes.count
        return start..<min(bytes.count, start + Int.random(in: 0...most, using: &random))
    }
}
