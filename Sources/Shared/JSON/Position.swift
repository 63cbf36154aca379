/// A place in a text, counted as editors do: both from 1, columns in Unicode scalars.
struct Position {
    var line = 1
    var column = 1

    /// Moves over `bytes`, which are valid UTF-8.
    mutating func advance(over bytes: UnsafeBufferPointer<UInt8>) {
        let lineFeed = UInt8(ascii: "\n")
        var rest = bytes[...]
        // The compiler turns these two loops without branches into vector instructions. They are
        // several times faster than one loop that looks at each byte.
        let lines = bytes.reduce(0) { $0 &+ ($1 == lineFeed ? 1 : 0) }
        if lines > 0, let last = bytes.lastIndex(of: lineFeed) {
            line += lines
            column = 1
            rest = bytes[(last + 1)...]
        }
        // Every byte begins a scalar except those that continue one.
        column += rest.reduce(0) { $0 &+ ($1 & 0xC0 != 0x80 ? 1 : 0) }
    }
}
