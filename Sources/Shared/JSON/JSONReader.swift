/// Reads one JSON document strictly, in one pass, value by value as the caller asks.
///
/// It follows RFC 8259 to the letter, and also refuses what contract.md §4 does: duplicate keys, a
/// byte order mark, and documents beyond their limits. Its memory is the window (a document given
/// whole, or 64 KiB that grow for one long string) and the keys of the open objects.
///
/// A call at the wrong place in the document's structure is a bug and stops the program. A value of
/// another kind than the caller asked for is a `JSONError` and stays unread. After any other error
/// the reader cannot be used again. Methods pass on the errors of `refill`.
package struct JSONReader: ~Copyable {
    /// What the grammar expects next, besides the commas and the end of the open level.
    enum Due { case colon, value, nothing }

    var window: ByteWindow
    let limits: JSONLimits
    var trail = Trail()
    private(set) var due = Due.value

    /// Reads a document that is in memory. The bytes are copied.
    package init(bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits()) {
        window = ByteWindow(copying: bytes.bytes)
        self.limits = limits
    }

    package init(bytes: [UInt8], limits: JSONLimits = JSONLimits()) {
        window = ByteWindow(copying: bytes.span.bytes)
        self.limits = limits
    }

    /// Reads a document as it arrives. `refill` puts the next bytes into the given memory and
    /// returns their number; 0 ends the document, and then it is not called again.
    package init(
        limits: JSONLimits = JSONLimits(), windowBytes: Int = 1 << 16,
        refill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        precondition(windowBytes > 0)
        window = ByteWindow(capacity: windowBytes, refill: refill)
        self.limits = limits
    }

    // MARK: Values

    /// The kind of the next value, which stays unread.
    package mutating func peek() throws -> JSONKind {
        precondition(due != .nothing, "no value is due here")
        if due == .colon {
            guard try nextToken() == UInt8(ascii: ":") else {
                throw failure("a colon must follow the key, not \(found())")
            }
            window.cursor += 1
            due = .value
        }
        guard let kind = JSONKind(beginningWith: try nextToken()) else { throw try noValue() }
        return kind
    }

    /// Reads a string, without its escapes. It may contain U+0000, if that was escaped.
    package mutating func string() throws -> String {
        try require(.string)
        let hasEscapes = try scanString()
        due = .nothing
        return hasEscapes
            ? String(decoding: Escapes.resolved(window.contents), as: UTF8.self)
            : String(decoding: window.contents, as: UTF8.self)
    }

    /// Reads a string or a number, for a caller that only compares or counts: its bytes as they are
    /// written, a string's with its escapes and without its quotation marks. They are good until
    /// the next call. Nil if the value is neither, and then it stays unread.
    package mutating func textAsWritten() throws -> UnsafeBufferPointer<UInt8>? {
        switch try peek() {
        case .string:
            _ = try scanString()
            due = .nothing
            return window.contents
        case .number:
            _ = try scanNumber()
            due = .nothing
            return window.written
        case .object, .array, .bool, .null: return nil
        }
    }

    package mutating func number() throws -> JSONNumber {
        try require(.number)
        let form = try scanNumber()
        due = .nothing
        return JSONNumber(
            text: String(decoding: window.written, as: UTF8.self), isInteger: form == .integer,
            hasExponent: form == .exponent)
    }

    package mutating func bool() throws -> Bool {
        try require(.bool)
        let isTrue = window.token[0] == UInt8(ascii: "t")
        try scanWord(isTrue ? "true" : "false")
        due = .nothing
        return isTrue
    }

    package mutating func null() throws {
        try require(.null)
        try scanWord("null")
        due = .nothing
    }

    /// Reads one whole value, checks it like any other, and drops it.
    package mutating func skip() throws {
        let outside = trail.depth
        repeat {
            switch try peek() {
            case .object: try open(isObject: true)
            case .array: try open(isObject: false)
            case .string:
                _ = try scanString()
                due = .nothing
            case .number:
                _ = try scanNumber()
                due = .nothing
            case .bool: _ = try bool()
            case .null: try null()
            }
            while trail.depth > outside {
                if try trail.isInObject ? advanceToKey() : nextElement() { break }
            }
        } while trail.depth > outside
    }

    /// Reads to the end of the document; only white space may follow its value.
    package mutating func end() throws {
        precondition(trail.depth == 0 && due == .nothing, "the document's value is not read")
        _ = try nextToken()
        guard window.available == 0 else {
            throw failure("only white space may follow the document's value, not \(found())")
        }
    }

    // MARK: Objects and arrays

    package mutating func beginObject() throws {
        try require(.object)
        try open(isObject: true)
    }

    /// Reads the object's next key, without its escapes; its value is due next. Nil at the end.
    package mutating func nextKey() throws -> String? {
        try advanceToKey() ? trail.key : nil
    }

    /// The same, for a caller that only compares: the key's bytes as they are written, with their
    /// escapes. They are good until the next call.
    package mutating func nextKeyAsWritten() throws -> UnsafeBufferPointer<UInt8>? {
        try advanceToKey() ? window.contents : nil
    }

    package mutating func beginArray() throws {
        try require(.array)
        try open(isObject: false)
    }

    /// Steps to the array's next element, which is due next; false at the end.
    package mutating func nextElement() throws -> Bool {
        precondition(trail.isInArray && due == .nothing, "not between an array's elements")
        guard try nextMember(end: UInt8(ascii: "]")) else { return false }
        trail.enterElement()
        due = .value
        return true
    }

    private mutating func advanceToKey() throws -> Bool {
        precondition(trail.isInObject && due == .nothing, "not between an object's members")
        guard try nextMember(end: UInt8(ascii: "}")) else { return false }
        guard try nextToken() == UInt8(ascii: "\"") else {
            throw failure("a key in double quotes is expected here, not \(found())")
        }
        let hasEscapes = try scanString()
        guard window.contents.count <= limits.keyBytes else {
            throw failure("a key may be no longer than \(limits.keyBytes) bytes")
        }
        guard trail.count < limits.keys else {
            throw failure("an object may have no more than \(limits.keys) keys")
        }
        guard enterKey(hasEscapes) else { throw failure("this key is in the object already") }
        due = .colon
        return true
    }

    /// Enters the key just scanned; false if the object has it already.
    private mutating func enterKey(_ hasEscapes: Bool) -> Bool {
        guard hasEscapes else { return trail.enter(key: window.contents) }
        return Escapes.resolved(window.contents).withUnsafeBufferPointer { trail.enter(key: $0) }
    }

    /// Steps to the next member of the innermost level, or over its `end`.
    private mutating func nextMember(end: UInt8) throws -> Bool {
        trail.leave()
        let byte = try nextToken()
        if byte == end {
            window.cursor += 1
            trail.close()
            return false
        }
        if trail.count > 0 {
            guard byte == UInt8(ascii: ",") else {
                let end = Unicode.Scalar(end)
                throw failure("a comma or \"\(end)\" is expected here, not \(found())")
            }
            window.cursor += 1
        }
        return true
    }

    private mutating func open(isObject: Bool) throws {
        guard trail.depth < limits.depth else {
            throw failure("no more than \(limits.depth) arrays and objects may be nested")
        }
        trail.open(isObject: isObject)
        window.cursor += 1
        due = .nothing
    }

    private mutating func require(_ kind: JSONKind) throws {
        let actual = try peek()
        guard actual == kind else { throw failure("must be \(kind), not \(actual)") }
    }
}
