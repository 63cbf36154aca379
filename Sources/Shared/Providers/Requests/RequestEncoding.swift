import StrictJSON
import Trade

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

    /// A space becomes `%20`, which every decoder reads; to some, `+` is a plus.
    private static func form(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(512)
        for (name, value) in fields {
            if !body.isEmpty { body.append(UInt8(ascii: "&")) }
            appendPercentEncoded(name, to: &body)
            body.append(UInt8(ascii: "="))
            appendPercentEncoded(value, to: &body)
        }
        return body
    }

    /// Numbers are written as numbers and texts as strings. Panels in PHP accept either, but typed
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

    /// Every byte becomes `%XX`, except RFC 3986's unreserved characters.
    static func percentEncoded(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        appendPercentEncoded(text, to: &bytes)
        return bytes
    }

    private static func appendPercentEncoded(_ text: String, to body: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices where !isUnreserved(bytes[index]) {
                body.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                body.append(UInt8(ascii: "%"))
                body.append(hexadecimal(bytes[index] >> 4))
                body.append(hexadecimal(bytes[index] & 15))
                start = index + 1
            }
            body.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10)
    }
}
