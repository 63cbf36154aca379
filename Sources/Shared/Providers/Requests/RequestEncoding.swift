import OrderTypes
import StrictJSON

/// How a provider wants its requests written.
package enum RequestEncoding: String, Sendable {
    case form, json

    var contentType: String {
        switch self {
        case .form: "application/x-www-form-urlencoded"
        case .json: "application/json"
        }
    }

    func body(of fields: [(name: String, value: String)]) -> [UInt8] {
        switch self {
        case .form: Self.form(fields)
        case .json: Self.json(fields)
        }
    }

    /// A space is `%20`, which every decoder reads; `+` is a plus to some.
    private static func form(_ fields: [(name: String, value: String)]) -> [UInt8] {
        let pairs = fields.map { percentEncoded($0.name) + "=" + percentEncoded($0.value) }
        return Array(pairs.joined(separator: "&").utf8)
    }

    /// Numbers are written as numbers and texts as strings: panels in PHP take either, but typed
    /// ones refuse `"quantity":"100"`, and would refuse a comment that came as the number 100.
    private static func json(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in fields {
            writer.key(name)
            if isNumeric(name), let number = Int64(value), String(number) == value {
                writer.integer(number)
            } else {
                writer.string(value)
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private static func isNumeric(_ name: String) -> Bool {
        switch Parameter(rawValue: name)?.form {
        case .integer, .choice: true
        case .text, .list, .date: false
        case nil: ["service", "order", "refill", "limit"].contains(name)
        }
    }

    /// Every byte but RFC 3986's unreserved characters as `%XX`.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
