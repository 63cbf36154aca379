/// The escapes of a string that was checked: each is complete, and surrogates come in pairs.
enum Escapes {
    /// The text that `written` stands for.
    static func resolved(_ written: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(written.count)
        var rest = written[...]
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            text.append(contentsOf: rest[..<backslash])
            rest = rest[(backslash + 1)...]
            switch rest.removeFirst() {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "u"): text.append(contentsOf: scalar(&rest).utf8)
            case let itself: text.append(itself)
            }
        }
        text.append(contentsOf: rest)
        return text
    }

    /// Takes the digits of `\uXXXX`, and the whole second escape of a pair.
    private static func scalar(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> Unicode.Scalar {
        let unit = UInt32(unit(&rest))
        guard 0xD800...0xDBFF ~= unit else { return Unicode.Scalar(unit)! }
        rest.removeFirst(2)
        let second = UInt32(self.unit(&rest))
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))!
    }

    private static func unit(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt16 {
        defer { rest.removeFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 4 | hexadecimalValue(of: $1)! }
    }

    static func hexadecimalValue(of byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
