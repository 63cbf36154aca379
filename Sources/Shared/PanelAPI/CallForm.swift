import StrictJSON
import Trade

/// The fields of a call, however they came: in the address, as a form, in parts, or as JSON.
///
/// Forms are read as PHP reads them, because the software of resellers was written for panels in
/// PHP: the last of several fields of one name counts, a plus is a blank, and a stray percent sign
/// stands for itself. `a[]` is a name like any other. Only lists differ: a repeated list
/// (`comments=a&comments=b`) has several lines.
///
/// Text that is not UTF-8 is refused, not mended: an order must be what was asked for.
package struct CallForm: Sendable {
    private var fields: [String: String] = [:]

    /// The longest body that is read, in bytes.
    package static let mostBytes = 1 << 20
    /// How many names a call may have. No order has half as many parameters.
    static let mostNames = 64
    /// The longest name, in bytes.
    static let longestName = 64

    /// Reads the address's query and the body. If both have a name, the body's value counts.
    ///
    /// - Parameters:
    ///   - query: the address's query as it came, without the question mark.
    ///   - contentType: the body's, as it came. It matters for multipart alone: JSON is recognized
    ///     by its first bracket, because many clients send it as a form.
    ///   - body: the whole body.
    /// - Throws: `TradeError.incorrectRequest`.
    package init(
        query: String? = nil, contentType: String? = nil, body: [UInt8] = []
    ) throws(TradeError) {
        guard body.count <= Self.mostBytes else { throw .incorrectRequest }
        fields = try Self.decoded(Array((query ?? "").utf8))
        fields.merge(try Self.read(body, contentType)) { $1 }
        guard fields.count <= Self.mostNames else { throw .incorrectRequest }
    }

    /// The value of a name without blanks around it; nil if there is none, or it is blank. Clients
    /// send every field that they know, and leave empty what they do not want to say.
    package subscript(_ name: String) -> String? {
        guard let value = fields[name]?.withoutBlanksAround, !value.isEmpty else { return nil }
        return value
    }

    /// The names that have a value.
    package var names: [String] { fields.keys.filter { self[$0] != nil }.sorted() }

    subscript(_ parameter: Parameter) -> String? { self[parameter.rawValue] }

    private static func read(
        _ body: [UInt8], _ contentType: String?
    ) throws(TradeError) -> [String: String] {
        if let contentType, MultipartForm.isNamed(by: contentType) {
            return try joined(try MultipartForm(body, contentType).fields)
        }
        if body.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "{") {
            return try json(body)
        }
        return try decoded(body)
    }

    /// One value for each name.
    private static func joined(
        _ pairs: [(name: [UInt8], value: [UInt8])]
    ) throws(TradeError) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in pairs where !pair.name.isEmpty {
            guard pair.name.count <= longestName,
                let name = String(validating: pair.name, as: UTF8.self),
                let value = String(validating: pair.value, as: UTF8.self)
            else { throw .incorrectRequest }
            if isList(name), fields[name] != nil {
                fields[name]?.append("\n\(value)")
            } else {
                fields[name] = value
            }
            guard fields.count <= mostNames else { throw .incorrectRequest }
        }
        return fields
    }

    private static func isList(_ name: String) -> Bool {
        Parameter(rawValue: name)?.form == .list
    }
}

// Forms, in a body or in the address.
extension CallForm {
    private static func decoded(_ form: [UInt8]) throws(TradeError) -> [String: String] {
        try joined(
            form.split(separator: UInt8(ascii: "&")).map { pair in
                let name = pair.prefix { $0 != UInt8(ascii: "=") }
                return (unescaped(name), unescaped(pair.dropFirst(name.count + 1)))
            })
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "%"), index + 1 < text.endIndex,
                let high = digit(text[index]), let low = digit(text[index + 1])
            {
                bytes.append(high << 4 | low)
                index += 2
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Unicode.Scalar(byte).properties.isASCIIHexDigit
            ? (byte < 0x40 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10) : nil
    }
}

extension CallForm {
    /// An object of lists. A name may be written with six bytes for each of its own.
    private static let jsonLimits = JSONLimits(
        depth: 2, tokenBytes: mostBytes, keys: mostNames, keyBytes: 6 * longestName)

    private static func json(_ body: [UInt8]) throws(TradeError) -> [String: String] {
        guard let document = try? JSONValue(parsing: body, limits: jsonLimits),
            case .object(let members) = document
        else { throw .incorrectRequest }
        var fields: [String: String] = [:]
        for member in members where !member.key.isEmpty {
            guard member.key.utf8.count <= longestName else { throw .incorrectRequest }
            fields[member.key] = text(member.value, joiner: isList(member.key) ? "\n" : ",")
        }
        return fields
    }

    /// A value as a form would send it; nil for an object and for null.
    private static func text(_ value: JSONValue, joiner: String) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "1" : "0"
        case .array(let elements):
            elements.compactMap { text($0, joiner: joiner) }.joined(separator: joiner)
        case .null, .object: nil
        }
    }
}

extension String {
    /// Without ASCII's blanks and line ends at both ends.
    fileprivate var withoutBlanksAround: String {
        let bytes = utf8
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }),
            let last = bytes.lastIndex(where: { $0 > 0x20 })
        else { return "" }
        // By bytes: to a string, some letters and a blank after them are one.
        return String(Substring(bytes[first...last]))
    }
}
