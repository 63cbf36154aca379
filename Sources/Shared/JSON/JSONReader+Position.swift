// Where the reader stands, and the errors it makes there.

extension JSONReader {
    /// The current value's path, such as `orders[17].quantity`; empty at the top.
    package var path: String { trail.path }

    /// How many bytes of the document come before the token read or peeked at last.
    package var offset: Int { window.offsetOfToken }

    /// The line of the token read or peeked at last, counted from 1.
    package var line: Int {
        mutating get { window.positionOfToken().line }
    }

    /// The column of that token, counted from 1 in Unicode scalars.
    package var column: Int {
        mutating get { window.positionOfToken().column }
    }

    /// How many bytes of the document there is room for: `windowBytes`, or after a long token at
    /// most twice `JSONLimits.tokenBytes`.
    package var capacity: Int { window.capacity }

    /// Whether the document ended before the value that was being read. Only more bytes, and no other
    /// ones, could make it whole: it may be the beginning of a file that is still being written.
    package var endsEarly: Bool { window.hasRunOut && (trail.depth > 0 || due != .nothing) }

    /// An error at the token read or peeked at last, for a caller who finds fault with its meaning.
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

    /// An error within a string or number. One that is too long is refused for that, whatever else
    /// is wrong with it: the answer must not depend on how the bytes came in.
    func tokenFailure(at length: Int, _ reason: String) -> JSONError {
        guard length <= limits.tokenBytes else { return tooLong() }
        return failure(at: length, reason)
    }

    func tooLong() -> JSONError {
        failure("a string or number may be no longer than \(limits.tokenBytes) bytes")
    }

    /// What no value begins with stands where a value is due.
    mutating func noValue() throws -> JSONError {
        guard window.available > 0 else {
            return failure(
                trail.depth == 0
                    ? "the document holds no value"
                    : "a value must stand here, not the end of the document")
        }
        switch window.token[0] {
        case UInt8(ascii: "'"):
            return failure("a string must stand in double quotes")
        case UInt8(ascii: "+"), UInt8(ascii: "."):
            return failure("a number may not begin with \(found())")
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
            return failure("comments are not allowed")
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            return unknownWord()
        case 0xEF where try offset == 0 && byte(at: 1) == 0xBB && byte(at: 2) == 0xBF:
            return failure("a byte order mark is not allowed")
        default:
            return failure("a value must stand here, not \(found())")
        }
    }

    func unknownWord() -> JSONError {
        failure("the only words allowed are true, false and null")
    }

    /// What stands `length` bytes into the token, which was looked at, in words.
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
