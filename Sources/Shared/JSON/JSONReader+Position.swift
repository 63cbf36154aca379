// The reader's place in the document, and its errors there.

extension JSONReader {
    /// The current value's path, such as `orders[17].quantity`; empty at the top.
    package var path: String { trail.path }

    /// The number of bytes before the token that was read or peeked at last.
    package var offset: Int { window.offsetOfToken }

    /// The line of the token that was read or peeked at last, counted from 1.
    package var line: Int {
        mutating get { window.positionOfToken().line }
    }

    /// The column of that token, counted from 1 in Unicode scalars.
    package var column: Int {
        mutating get { window.positionOfToken().column }
    }

    /// How many bytes of the document fit into memory: `windowBytes`, or after a long token at most
    /// twice `JSONLimits.tokenBytes`.
    package var capacity: Int { window.capacity }

    /// Whether the document ended inside of the value. It may be the beginning of a file that is
    /// still being written, because more bytes could make it whole.
    package var endsEarly: Bool { window.hasRunOut && (trail.depth > 0 || due != .nothing) }

    /// An error at the token that was read or peeked at last, for a caller that rejects its
    /// meaning.
    package func failure(_ reason: String) -> JSONError {
        failure(at: 0, reason)
    }

    /// An error `length` bytes into the current token.
    func failure(at length: Int, _ reason: String) -> JSONError {
        let place = window.place(at: length)
        return JSONError(
            offset: offset + length, line: place.line, column: place.column, path: path,
            reason: reason)
    }

    /// An error within a string or number. If the token is too long, that is the error, whatever
    /// else is wrong with it: the result must not depend on how the bytes came in.
    func tokenFailure(at length: Int, _ reason: String) -> JSONError {
        guard length <= limits.tokenBytes else { return tooLong() }
        return failure(at: length, reason)
    }

    func tooLong() -> JSONError {
        failure("a string or number may be no longer than \(limits.tokenBytes) bytes")
    }

    /// The error where a value is due and the next byte begins none.
    mutating func noValue() throws -> JSONError {
        guard window.available > 0 else {
            return failure(
                trail.depth == 0
                    ? "the document holds no value"
                    : "a value is expected here, not the end of the document")
        }
        switch window.token[0] {
        case UInt8(ascii: "'"):
            return failure("a string must be in double quotes")
        case UInt8(ascii: "+"), UInt8(ascii: "."):
            return failure("a number may not begin with \(found())")
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
            return failure("comments are not allowed")
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return unknownWord()
        case 0xEF where try offset == 0 && byte(at: 1) == 0xBB && byte(at: 2) == 0xBF:
            return failure("a byte order mark is not allowed")
        default:
            return failure("a value is expected here, not \(found())")
        }
    }

    func unknownWord() -> JSONError {
        failure("the only words allowed are true, false and null")
    }

    /// The byte `length` bytes into the token in words. It must have been read already.
    func found(at length: Int = 0) -> String {
        guard length < window.available else { return "the end of the document" }
        let byte = window.token[length]
        return switch byte {
        case UInt8(ascii: "\""): "a quotation mark"
        case UInt8(ascii: " "): "a space"
        case 0x21...0x7E: "\"\(Unicode.Scalar(byte))\""
        case 0x80...: "a character outside of ASCII"
        default: Self.hexadecimal(byte)
        }
    }

    /// A byte as `byte 0x0A`.
    static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "byte 0x\(digits.count == 1 ? "0" : "")\(digits)"
    }
}
