import HTTPTypes
import Spool

/// The digests that a call says its body has (RFC 9530). A body is sent as it is, so both fields
/// speak of the same bytes.
///
/// Algorithms that we do not know are left out, as the RFC wants; one that we know must agree.
struct ExpectedDigests: Sendable {
    private let wanted: [(field: String, algorithm: Algorithm, base64: String)]

    private enum Algorithm: String {
        case sha256 = "sha-256"
        case sha512 = "sha-512"
    }

    /// - Throws: `DoorError.malformed` if a known algorithm has a value that is no byte sequence.
    init(_ fields: HTTPFields) throws(DoorError) {
        var wanted: [(field: String, algorithm: Algorithm, base64: String)] = []
        for name in [HTTPField.Name.contentDigest, .reprDigest] {
            for member in (fields[name] ?? "").split(separator: ",") {
                let parts = member.split(separator: "=", maxSplits: 1).map { part in
                    String(part.drop { $0 == " " || $0 == "\t" })
                }
                guard let algorithm = parts.first.flatMap({ Algorithm(rawValue: $0) }) else {
                    continue
                }
                let value = parts.count > 1 ? Self.trimmed(parts[1]) : ""
                guard value.count > 2, value.hasPrefix(":"), value.hasSuffix(":") else {
                    throw .malformed("\(name.rawName) must be like sha-256=:BASE64:")
                }
                wanted.append(
                    (name.rawName, algorithm, String(value.dropFirst().dropLast())))
            }
        }
        self.wanted = wanted
    }

    /// Whether the SHA-512 must be taken too.
    var needSHA512: Bool { wanted.contains { $0.algorithm == .sha512 } }

    /// - Throws: `DoorError.digestMismatch`.
    func check(_ file: StagedFile) throws(DoorError) {
        for (field, algorithm, base64) in wanted {
            let digest =
                switch algorithm {
                case .sha256: Base64.text(Self.bytes(file.digest))
                case .sha512: Base64.text(file.sha512 ?? [])
                }
            guard digest == base64 else { throw .digestMismatch(field) }
        }
    }

    /// The field's value for a SHA-256 in hexadecimal.
    static func field(sha256 digest: String) -> String {
        "\(Algorithm.sha256.rawValue)=:\(Base64.text(bytes(digest))):"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            digits[$0] << 4 | digits[$0 + 1]
        }
    }
}
