import StrictJSON
import Trade

/// A client's request, whether it came in a form, in JSON, or in the address.
package struct RequestForm: Sendable {
    private var fields: [String: String] = [:]

    package subscript(_ name: String) -> String? {
        fields[name]
    }

    subscript(_ parameter: Parameter) -> String? {
        fields[parameter.rawValue]
    }

    /// The lines of a list that are not blank. A literal backslash-n, which is a newline that was
    /// escaped twice, ends a line too.
    func lines(_ parameter: Parameter) -> [Substring] {
        (self[parameter] ?? "")
            .replacing("\\n", with: "\n")
            .split(whereSeparator: \.isNewline)
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }

    /// Reads the address's query and the body. If both have a name, the body's value counts.
    ///
    /// - Throws: `.incorrectRequest` for a body that begins like JSON but is not.
    package init(query: String? = nil, body: [UInt8] = []) throws(Refusal) {
        decode((query ?? "").utf8)
        if body.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{") {
            try read(json: body)
        } else {
            decode(body)
        }
    }

    private mutating func read(json body: [UInt8]) throws(Refusal) {
        guard let value = try? JSONValue(parsing: body), case .object(let members) = value else {
            throw .incorrectRequest
        }
        for member in members { fields[member.key] = Self.text(member.value) }
    }

    /// A value as a form would send it: a list line by line; nil for an object.
    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "1" : "0"
        case .array(let elements): elements.compactMap(text).joined(separator: "\n")
        case .null, .object: nil
        }
    }

    private mutating func decode(_ form: some Collection<UInt8>) {
        for pair in form.split(separator: UInt8(ascii: "&")) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            fields[Self.unescaped(name)] = Self.unescaped(pair.dropFirst(name.count + 1))
        }
    }

    /// The text without its form encoding. A stray percent sign stands for itself.
    private static func unescaped(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let escaped = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
