// Steps over one token and checks every byte. `length` counts from the token's first byte, so that
// it stays right when the window moves. See ByteWindow for why bounds need no checks.

extension JSONReader {
    /// Steps over white space to the next token, and returns its first byte; 0 at the end of the
    /// document.
    mutating func nextToken() throws -> UInt8 {
        var index = window.cursor
        while true {
            let base = window.base
            var byte = base[index]
            while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
            {
                index += 1
                byte = base[index]
            }
            window.startToken(at: index)
            guard byte == 0, index == window.limit else { return byte }
            guard try window.fill() else { return 0 }
            index = window.start
        }
    }

    /// Steps over the string that begins at the cursor, and says whether it has escapes.
    mutating func scanString() throws -> Bool {
        var hasEscapes = false
        var length = 1
        while true {
            length = Self.plainLength(window.token, from: length)
            let byte = window.token[length]
            switch byte {
            case UInt8(ascii: "\""):
                try finish(length + 1)
                return hasEscapes
            case UInt8(ascii: "\\"):
                length = try scanEscape(at: length)
                hasEscapes = true
            case 0x80...:
                length = try scanScalar(at: length)
            default:
                guard length == window.available else {
                    throw tokenFailure(
                        at: length,
                        "\(Self.hexadecimal(byte)) must be written as an escape in a string")
                }
                guard length <= limits.tokenBytes else { throw tooLong() }
                guard try window.fill() else {
                    throw failure(at: length, "the document ends inside of a string")
                }
            }
        }
    }

    /// The end of a string's plain characters from `length` on: the first byte that is a quotation
    /// mark, a backslash, a control character or not ASCII.
    private static func plainLength(
        _ token: UnsafeMutablePointer<UInt8>, from length: Int
    ) -> Int {
        // It looks at eight bytes at a time. A byte's high bit in `special` is set if the byte is
        // below 0x20, above 0x7F, or one of the two signs, which exclusive or turns into zero. The
        // borrow of a subtraction can spoil only bytes above one that is special already.
        let ones: UInt64 = 0x0101_0101_0101_0101
        var length = length
        while true {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(token + length).loadUnaligned(as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            let special =
                ((word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | word)
                & (ones &* 0x80)
            if special != 0 { return length + special.trailingZeroBitCount >> 3 }
            length += 8
        }
    }

    /// Steps over a character of two to four bytes (RFC 3629, table 3-7 of Unicode).
    private mutating func scanScalar(at length: Int) throws -> Int {
        let lead = window.token[length]
        let (continuations, second): (Int, ClosedRange<UInt8>)
        switch lead {
        case 0xC2...0xDF: (continuations, second) = (1, 0x80...0xBF)
        case 0xE0: (continuations, second) = (2, 0xA0...0xBF)
        case 0xED: (continuations, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (continuations, second) = (2, 0x80...0xBF)
        case 0xF0: (continuations, second) = (3, 0x90...0xBF)
        case 0xF1...0xF3: (continuations, second) = (3, 0x80...0xBF)
        case 0xF4: (continuations, second) = (3, 0x80...0x8F)
        default: throw tokenFailure(at: length, "\(Self.hexadecimal(lead)) is not UTF-8 here")
        }
        for index in 1...continuations {
            let range = index == 1 ? second : 0x80...0xBF
            guard range.contains(try byte(at: length + index)) else {
                throw tokenFailure(at: length, "\(Self.hexadecimal(lead)) is not UTF-8 here")
            }
        }
        return length + continuations + 1
    }

    /// Steps over an escape, and over both halves of a surrogate pair.
    private mutating func scanEscape(at length: Int) throws -> Int {
        switch try byte(at: length + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return length + 2
        case UInt8(ascii: "u"):
            let unit = try scanUnit(at: length)
            switch unit {
            case 0xD800...0xDBFF:
                guard try byte(at: length + 6) == UInt8(ascii: "\\"),
                    try byte(at: length + 7) == UInt8(ascii: "u"),
                    0xDC00...0xDFFF ~= (try scanUnit(at: length + 6))
                else {
                    throw tokenFailure(at: length, "half of a surrogate pair stands alone")
                }
                return length + 12
            case 0xDC00...0xDFFF:
                throw tokenFailure(at: length, "half of a surrogate pair stands alone")
            default:
                return length + 6
            }
        default:
            throw tokenFailure(at: length, "a backslash must be followed by one of \"\\/bfnrtu")
        }
    }

    /// Reads the number in the escape `\uXXXX` at `length`.
    private mutating func scanUnit(at length: Int) throws -> UInt16 {
        var unit: UInt16 = 0
        for index in 2..<6 {
            guard let digit = Escapes.hexadecimalValue(of: try byte(at: length + index)) else {
                throw tokenFailure(at: length, "\\u must be followed by four hexadecimal digits")
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// The parts of a number besides its integer digits.
    enum NumberForm { case integer, fraction, exponent }

    /// Steps over the number that begins at the cursor.
    mutating func scanNumber() throws -> NumberForm {
        var form = NumberForm.integer
        var length = try byte(at: 0) == UInt8(ascii: "-") ? 1 : 0
        let first = length
        try scanDigits(&length)
        guard window.token[first] != UInt8(ascii: "0") || length == first + 1 else {
            throw failure(at: first, "a number may not begin with 0")
        }
        if try byte(at: length) == UInt8(ascii: ".") {
            form = .fraction
            length += 1
            try scanDigits(&length)
        }
        if try byte(at: length) | 0x20 == UInt8(ascii: "e") {
            form = .exponent
            length += 1
            let sign = try byte(at: length)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { length += 1 }
            try scanDigits(&length)
        }
        try finish(length)
        return form
    }

    /// Steps over one or more digits.
    private mutating func scanDigits(_ length: inout Int) throws {
        let start = length
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= (try byte(at: length)) {
            length += 1
            guard length <= limits.tokenBytes else { throw tooLong() }
        }
        guard length > start else {
            throw tokenFailure(at: length, "a digit is expected here, not \(found(at: length))")
        }
    }

    /// Steps over `true`, `false` or `null`.
    mutating func scanWord(_ word: StaticString) throws {
        for index in 0..<word.utf8CodeUnitCount {
            guard try byte(at: index) == word.utf8Start[index] else { throw unknownWord() }
        }
        window.cursor = window.start + word.utf8CodeUnitCount
    }

    /// The byte `length` bytes into the token; 0 after the end of the document.
    mutating func byte(at length: Int) throws -> UInt8 {
        let byte = window.token[length]
        guard byte == 0, length == window.available else { return byte }
        return try window.fill() ? window.token[length] : 0
    }

    /// Puts the cursor after a string or number of `length` bytes.
    private mutating func finish(_ length: Int) throws {
        guard length <= limits.tokenBytes else { throw tooLong() }
        window.cursor = window.start + length
    }
}
