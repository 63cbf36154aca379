import FaultRigs
import HTTPTypes
import Ledger
import Networks
import TestSupport

@testable import Serving
@testable import Spool
@testable import UploadDoor

/// Judges what `upload` itself reads of a request: the query, names of files, digests, keys and
/// ranges.
final class DoorOracle {
    private let folder = TemporaryFolder(inMemory: true)
    private let spool: Spool

    private static let bytes: Int64 = 100

    init() {
        folder.write(
            String(repeating: "x", count: Int(Self.bytes)), to: "resellers/acme/outbox/a.csv")
        spool = Spool(root: folder.path, program: "fuzz")
    }

    /// The first byte says what the others are: `q` a query, `n` a name, `d` a digest, `k` a key,
    /// `r` a range. What no head can have is not asked.
    func complaint(about input: [UInt8]) throws -> String? {
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        switch input.first {
        case UInt8(ascii: "q"): return Self.query(text)
        case UInt8(ascii: "n"): return Self.name(text)
        case UInt8(ascii: "d"): return Self.digest(text)
        case UInt8(ascii: "k"): return Self.key(text)
        default: return try range(text)
        }
    }

    /// A query that is taken has an escape wherever it has a `%`, each name once, and the same
    /// values once all of it is escaped.
    private static func query(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        let names = ["ref", "state", "since", "limit", "cursor"]
        guard let values = values(of: text) else { return nil }
        let pairs = text.split(separator: "&").count
        if pairs != values.count { return "\(pairs) pairs are \(values.count) values" }
        if let name = values.keys.first(where: { !names.contains($0) }) {
            return "it has the name \(name)"
        }
        let escapes = text.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
        if !escapes.allSatisfy({ $0.prefix(2).count == 2 && $0.prefix(2).allSatisfy(\.isHexDigit) })
        {
            return "an escape that is none is taken"
        }
        let again = Self.values(
            of: values.map { "\($0)=\($1.utf8.map(escaped).joined())" }.joined(separator: "&"))
        if again != values { return "escaped it is \(again ?? [:])" }
        if let page = try? OrderPage(values, most: 500, usual: 100) {
            let isAsked = values["limit"].map { Int($0) == page.limit } ?? (page.limit == 100)
            if !isAsked || !(1...500 ~= page.limit) { return "the limit is \(page.limit)" }
            if page.cursor.rawValue < 0 { return "the cursor is \(page.cursor)" }
        }
        return nil
    }

    private static func values(of query: String) -> [String: String]? {
        let call = HTTPCall(
            id: "", method: .get, pattern: "", parameters: [:], query: query, fields: [:],
            address: .unknown, isEncrypted: false, length: nil)
        return try? call.query("ref", "state", "since", "limit", "cursor")
    }

    private static func escaped(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func name(_ text: String) -> String? {
        let isName = text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]{0,199}\.json/) != nil
        let isOurs = text.wholeMatch(of: /(orders|api)-[0-9a-f]{32}\.json/) != nil
        let isTaken = (try? FileNameRule.written(text)) == text
        if isTaken != (isName && !isOurs) { return "\(text) is \(isTaken ? "" : "not ")taken" }
        let read = FileNameRule.read(text)
        let expected = isName ? text : "\(text).json"
        let isRead = expected.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]{0,199}\.json/) != nil
        return read == (isRead ? expected : nil) ? nil : "\(text) is read as \(read ?? "nothing")"
    }

    private static func digest(_ text: String) -> String? {
        guard HTTPField.isValidValue(text),
            let digests = try? ExpectedDigests([.contentDigest: text])
        else { return nil }
        let isThere = text.wholeMatch(of: /(.*,)?[ \t]*sha-512=[ \t]*:.*/) != nil
        return digests.needSHA512 == isThere ? nil : "SHA-512 is \(isThere ? "not " : "")wanted"
    }

    private static func key(_ text: String) -> String? {
        guard HTTPField.isValidValue(text) else { return nil }
        let ways: [HTTPFields] = [
            [.apiKey: text], [.authorization: text], [.authorization: "Bearer \(text)"],
        ]
        for fields in ways {
            guard let key = Gate.keyText(in: fields) else { continue }
            let isBasic = fields[.authorization]?.lowercased().hasPrefix("basic ") == true
            if !isBasic, key.contains(" ") || !text.contains(key) { return "the key is \(key)" }
        }
        let coded = Base64.text(Array("\(text.filter { $0 != ":" }):secret".utf8))
        let user = Gate.keyText(in: [.authorization: "Basic \(coded)"])
        let expected = text.contains { $0 != ":" } ? text.filter { $0 != ":" } : "secret"
        return user == expected ? nil : "the user is \(user ?? "nobody")"
    }

    private func range(_ text: String) throws -> String? {
        guard HTTPField.isValidValue(text),
            let file = try spool.openOutboxFile("a.csv", of: .reseller("acme"))
        else { return nil }
        let asked = text.wholeMatch(of: /bytes=([0-9]{0,5})-([0-9]{0,5})/)
        let first = asked.flatMap { Int64($0.1) }
        let last = asked.flatMap { Int64($0.2) }
        var expected: String?
        switch (first, last) {
        case (let first?, let last?) where last < first: break
        case (let first?, _):
            expected = first < Self.bytes ? Self.text(first...min(last ?? 99, 99)) : "none"
        case (nil, let count?):
            expected = count > 0 ? Self.text(max(0, 100 - count)...99) : "none"
        case (nil, nil): break
        }
        var found: String?
        do throws(DoorError) {
            found = try FileAnswer(file, "a.csv", [.range: text]).answer.fields[.contentRange]
        } catch {
            found = "none"
        }
        // Numbers that are longer are judged by not crashing.
        guard asked != nil || !text.hasPrefix("bytes=") else { return nil }
        return found == expected ? nil : "\(found ?? "all") is sent, not \(expected ?? "all")"
    }

    private static func text(_ range: ClosedRange<Int64>) -> String {
        "bytes \(range.lowerBound)-\(range.upperBound)/\(bytes)"
    }

    static let samples = [
        "qstate=In+progress&limit=10&cursor=7&since=2026-11-23T10%3A00%3A00Z", "qref=A%2D1",
        "norders.json", "nA-1_b.c.json", "norders-0123456789abcdef0123456789abcdef.json",
        "dsha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, sha-512=:AAAA:",
        "kBasic dXNlcjpwYXNz", "kBearer smm_0123456789", "rbytes=0-9", "rbytes=-5", "rbytes=90-",
    ]

    static let words = [
        "ref=", "state=", "since=", "limit=", "cursor=", "&", "%", "%2", "+", "-", "%-1", "sha-256",
        "sha-512=:", ":", ",", "=", "Basic ", "bearer ", "bytes=", "0-0", "99999999999999999999",
        ".json", "api-", "\u{E9}", "\t", " ",
    ]
}
