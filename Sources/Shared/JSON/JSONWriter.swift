/// Writes JSON into memory. The same calls give the same bytes.
///
/// The form is compact, or pretty: indented by two spaces, with a line feed at the end, and with
/// every `inline` value on one line, so that a receipt has one order a line. A call at a wrong
/// place in the document is a bug and stops the program.
package struct JSONWriter {
    private struct Level {
        let end: UInt8
        let isInline: Bool
        var isEmpty = true
    }

    /// The bytes written and not drained yet.
    package private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private var levels: [Level] = []
    private var isBehindKey = false
    private var isComplete = false

    package init(pretty: Bool = false) {
        isPretty = pretty
    }

    /// Takes out the bytes written so far, so that a large document needs little memory.
    package mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    // MARK: Objects and arrays

    package mutating func beginObject(inline: Bool = false) {
        begin(UInt8(ascii: "{"), end: UInt8(ascii: "}"), inline: inline)
    }

    package mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    package mutating func beginArray(inline: Bool = false) {
        begin(UInt8(ascii: "["), end: UInt8(ascii: "]"), inline: inline)
    }

    package mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    package mutating func key(_ key: String) {
        precondition(levels.last?.end == UInt8(ascii: "}") && !isBehindKey, "no key belongs here")
        beginMember()
        quote(key)
        bytes.append(UInt8(ascii: ":"))
        if isPretty { bytes.append(UInt8(ascii: " ")) }
        isBehindKey = true
    }

    // MARK: Values

    package mutating func string(_ text: String) {
        beginValue()
        quote(text)
        endValue()
    }

    package mutating func integer(_ number: Int64) {
        rawNumber(String(number))
    }

    /// Writes a number whose text the caller knows to be valid JSON.
    package mutating func rawNumber(_ text: String) {
        write(text)
    }

    package mutating func bool(_ value: Bool) {
        write(value ? "true" : "false")
    }

    package mutating func null() {
        write("null")
    }

    private mutating func write(_ value: String) {
        beginValue()
        var value = value
        value.withUTF8 { bytes.append(contentsOf: $0) }
        endValue()
    }

    // MARK: Punctuation

    private mutating func begin(_ bracket: UInt8, end: UInt8, inline: Bool) {
        beginValue()
        bytes.append(bracket)
        let isInline = inline || levels.last?.isInline == true
        levels.append(Level(end: end, isInline: isInline))
    }

    private mutating func end(_ bracket: UInt8) {
        precondition(levels.last?.end == bracket && !isBehindKey, "nothing of this kind to end")
        let level = levels.removeLast()
        if !level.isEmpty, !level.isInline { breakLine() }
        bytes.append(bracket)
        endValue()
    }

    private mutating func beginValue() {
        precondition(!isComplete, "a document has one value")
        if isBehindKey {
            isBehindKey = false
        } else if let level = levels.last {
            precondition(level.end == UInt8(ascii: "]"), "a key comes before a value")
            beginMember()
        }
    }

    private mutating func endValue() {
        guard levels.isEmpty else { return }
        isComplete = true
        if isPretty { bytes.append(UInt8(ascii: "\n")) }
    }

    private mutating func beginMember() {
        let level = levels[levels.count - 1]
        levels[levels.count - 1].isEmpty = false
        if !level.isEmpty { bytes.append(UInt8(ascii: ",")) }
        if !level.isInline {
            breakLine()
        } else if isPretty, !level.isEmpty {
            bytes.append(UInt8(ascii: " "))
        }
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<(2 * levels.count) { bytes.append(UInt8(ascii: " ")) }
    }

    // MARK: Text

    /// Appends `text` in quotation marks, with only the escapes that JSON demands.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices where Self.needsEscape(utf8[index]) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                escape(utf8[index])
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        let escape =
            switch byte {
            case 0x08: "\\b"
            case 0x09: "\\t"
            case 0x0A: "\\n"
            case 0x0C: "\\f"
            case 0x0D: "\\r"
            case ..<0x10: "\\u000\(String(byte, radix: 16))"
            case ..<0x20: "\\u00\(String(byte, radix: 16))"
            default: "\\\(Unicode.Scalar(byte))"
            }
        bytes.append(contentsOf: escape.utf8)
    }
}

extension JSONWriter {
    /// Writes a key with text, or with null.
    package mutating func member(_ key: String, _ text: String?) {
        self.key(key)
        if let text { string(text) } else { null() }
    }

    /// Writes a key with a whole number, or with null.
    package mutating func member(_ key: String, _ number: Int64?) {
        self.key(key)
        if let number { integer(number) } else { null() }
    }
}
