/// A place in a text, counted as editors do: both from 1, columns in Unicode scalars.
struct Position {
    var line = 1
    var column = 1

    /// Moves over `bytes`, which are valid UTF-8.
    mutating func advance(over bytes: UnsafeBufferPointer<UInt8>) {
        let memory = UnsafeRawBufferPointer(bytes)
        var index = 0
        // Eight bytes at a time, where all of them are ASCII and none is a line feed: exclusive or
        // turns a line feed into zero, and only a subtraction from zero sets the high bit.
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= memory.count {
            let word = memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let feeds = word ^ (ones &* 0x0A)
            if (word | (feeds &- ones)) & (ones &* 0x80) == 0 {
                column += 8
            } else {
                for byte in memory[index..<(index + 8)] { advance(over: byte) }
            }
            index += 8
        }
        for byte in memory[index...] { advance(over: byte) }
    }

    private mutating func advance(over byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            // Every byte begins a scalar except those that continue one.
            column += 1
        }
    }
}
