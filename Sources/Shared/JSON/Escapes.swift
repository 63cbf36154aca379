/// Resolves the escapes of a string that the scanner has checked: each escape is complete, and
/// surrogates come in pairs.
enum Escapes {
    /// The text without escapes.
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

    /// Takes the digits of `\uXXXX` off the front, and the whole second escape of a pair.
    private static func scalar(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> Unicode.Scalar {
        let unit = UInt32(unit(&rest))
        guard 0xD800...0xDBFF ~= unit else { return checked(unit) }
        rest.removeFirst(2)
        let second = UInt32(self.unit(&rest))
        return checked(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
    }

    private static func checked(_ value: UInt32) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else {
            preconditionFailure("the scanner lets no half of a surrogate pair pass")
        }
        return scalar
    }

    private static func unit(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt16 {
        defer { rest.removeFirst(4) }
        return rest.prefix(4).reduce(0) { value, byte in
            guard let digit = hexadecimalValue(of: byte) else {
                preconditionFailure("the scanner lets no other digit pass")
            }
            return value << 4 | digit
        }
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
