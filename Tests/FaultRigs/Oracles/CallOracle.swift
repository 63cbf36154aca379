import BatchFiles
import Ledger
import PanelAPI
import StrictJSON
import Trade

/// Knows what may become of a stranger's call to the API v2: fields that read the same however they
/// are sent, and a line of a batch that `ingest` can read.
package enum CallOracle {
    /// Feeds one call. The first byte says how it comes: `q` in the address, `m` in parts; else in
    /// the body.
    package static func complaint(about input: [UInt8]) -> String? {
        let content = Array(input.dropFirst())
        let text = String(decoding: content, as: UTF8.self)
        var form: CallForm?
        // What a plain reader makes of it; nil if it reads no such calls.
        var plain: [String: [UInt8]]??
        do throws(TradeError) {
            switch input.first {
            case UInt8(ascii: "q"):
                plain = .some(PlainForm.values(of: Array(text.utf8), lists: lists))
                form = try CallForm(query: text)
            case UInt8(ascii: "m"):
                form = try CallForm(contentType: "multipart/form-data; boundary=x", body: content)
            default:
                if content.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
                    plain = .some(PlainForm.values(of: content, lists: lists))
                }
                form = try CallForm(body: content)
            }
        } catch {
            if error != .incorrectRequest { return "a form was refused with \(error.text)" }
        }
        if let plain, let complaint = difference(form, plain) { return complaint }
        return form.flatMap { repeated($0) ?? called($0) }
    }

    private static let lists = Set(
        Parameter.allCases.filter { $0.form == .list }.map(\.rawValue))

    private static func difference(_ form: CallForm?, _ plain: [String: [UInt8]]?) -> String? {
        guard let form, let plain else {
            if form != nil { return "a form was read that is to be refused" }
            return plain == nil ? nil : "a form was refused that is to be read"
        }
        guard form.names == plain.keys.sorted() else {
            return "it has the names \(form.names), not \(plain.keys.sorted())"
        }
        return form.names.first { form[$0].map { Array($0.utf8) } != plain[$0] }
            .map { "\($0.debugDescription) has another value" }
    }

    /// The same fields, sent as a form, as JSON and in the address, are the same fields.
    private static func repeated(_ form: CallForm) -> String? {
        let names = form.names
        if names.count > 64 { return "\(names.count) names were let in" }
        var json = JSONWriter()
        json.beginObject()
        for name in names { json.member(name, form[name]) }
        json.endObject()
        let encoded = names.map { "\(escaped($0))=\(escaped(form[$0] ?? ""))" }
            .joined(separator: "&")
        let ways: [(way: String, form: () throws(TradeError) -> CallForm)] = [
            ("a form", { () throws(TradeError) in try CallForm(body: Array(encoded.utf8)) }),
            ("the address", { () throws(TradeError) in try CallForm(query: encoded) }),
            ("JSON", { () throws(TradeError) in try CallForm(body: json.bytes) }),
            ("parts", { () throws(TradeError) in try parts(of: form) }),
        ]
        for (way, read) in ways {
            // Its escapes may make it longer than is read at all.
            guard encoded.utf8.count < CallForm.mostBytes, json.bytes.count < CallForm.mostBytes
            else { continue }
            guard let again = try? read() else { return "\(way) of its own fields is refused" }
            if again.names != names { return "as \(way) there are other names" }
            if let name = names.first(where: { !isSame(again[$0], form[$0]) }) {
                return "as \(way) \(name.debugDescription) has another value"
            }
        }
        return nil
    }

    /// The fields once more in parts; as they are if parts cannot say them.
    private static func parts(of form: CallForm) throws(TradeError) -> CallForm {
        let boundary = "between parts"
        var body = ""
        for name in form.names {
            guard let value = form[name], !value.contains(boundary),
                !name.utf8.contains(13), !name.utf8.contains(10)
            else { return form }
            let quoted = name.utf8.flatMap { byte in
                (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [0x5C] : []) + [byte]
            }
            body += "--\(boundary)\r\nContent-Disposition: form-data; "
            body += "name=\"\(String(decoding: quoted, as: UTF8.self))\"\r\n\r\n\(value)\r\n"
        }
        return try CallForm(
            contentType: "multipart/form-data; boundary=\"\(boundary)\"",
            body: Array("\(body)--\(boundary)--\r\n".utf8))
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.utf8.count < 2 ? "0" : "") + digits
        }.joined()
    }

    /// Whether they are the same bytes: to `==`, an accent may be one letter or two.
    private static func isSame(_ one: String?, _ other: String?) -> Bool {
        one.map { Array($0.utf8) } == other.map { Array($0.utf8) }
    }

    private static func called(_ form: CallForm) -> String? {
        guard let call = try? PanelCall(form), case .add(let form, let ref) = call else {
            return nil
        }
        for type in OrderType.all {
            for drips in [true, false] {
                let order = try? CallOrder(
                    form, for: ServiceID(7), type, drips: drips, within: 1...5_000)
                guard let line = order?.line(ref: ref) else { continue }
                if let complaint = complaint(about: line, type) {
                    return "an order of type \(type.name): \(complaint)"
                }
            }
        }
        return nil
    }

    /// A line is one line of a batch, with nothing in it that its type does not take.
    private static func complaint(about line: CallLine, _ type: OrderType) -> String? {
        let file = BatchFile(
            .batch, bytes: Array(#"{"orders":["#.utf8) + line.object + Array("]}".utf8))
        do {
            let outline = try BatchOutline.read(file)
            var keys: [String] = []
            var lines = 0
            try file.forEachLine(of: outline) { _, _, fields in
                lines += 1
                keys = fields.remaining
            }
            let known = Set(["ref", "service"] + (type.required + type.optional).map(\.rawValue))
            let strange = keys.first { !known.contains($0) }
            return lines == 1 ? strange.map { "it has \($0)" } : "it makes \(lines) lines"
        } catch {
            return "it cannot be read: \(error)"
        }
    }

    package static let samples = [
        "faction=add&service=101&link=https%3A%2F%2Fa.example%2F1&quantity=1000&ref=A-1",
        "faction=add&service=106&link=l&comments=a&comments=b+c&comments=%5B%27d%27%5D",
        #"f{"action":"add","service":7,"link":"l","quantity":100,"runs":3,"interval":30}"#,
        #"f{"action":"add","service":"7","link":"l","comments":["a","b"],"usernames":["u"]}"#,
        "qkey=k&action=status&orders=1,2,3",
        "fa=1&a=2&comments=x&comments=y&a%5B%5D=3&b=100%25%zz&c=%C3%A9&d=+%20z",
        "m--x\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\nadd\r\n--x\r\n"
            + "Content-Disposition: form-data; name=\"link\"\r\n\r\nl\r\n--x--\r\n",
        "faction=add&service=1&username=u&min=1&max=2&posts=3&delay=30&expiry=31/12/2026&country=DE"
            + "&device=1&type_of_traffic=1&google_keyword=k&quantity=5&link=l&answer_number=1",
    ]

    package static let words =
        Parameter.allCases.map { "&\($0.rawValue)=" } + [
            "%00", "%FF", "%0A", "%CC%81", "%D8%80", "\u{301}", "+", "&", "=", "[]", "['a', 'b']",
            "\\n", "{", "}", "\"", "action",
            "\r\n--x", "--", "Content-Disposition: form-data; name=", "filename=", "ref=", "1e3",
            "99999999999999999999", "\u{202E}", "\\u0000", "null", "[\"a\",\"b\"]",
        ]
}
