import StrictJSON

/// A receipt, as a reseller's program would read it.
struct Receipt {
    private let json: JSONValue

    init(_ bytes: [UInt8]) throws {
        json = try JSONValue(parsing: bytes)
    }

    /// A member that is text or a number; nil where it is null or missing.
    subscript(key: String) -> String? { json[key]?.text }

    var reason: String? { self["reason"] }

    /// A member of `lines`.
    func count(_ key: String) -> String? { json["lines"]?[key]?.text }

    func lines(_ kind: String = "orders") -> [Line] {
        guard case .array(let lines)? = json[kind] else { return [] }
        return lines.map(Line.init(json:))
    }

    /// The result of each line of one kind: its status, or the code of its rejection.
    func verdicts(_ kind: String = "orders") -> [String] {
        lines(kind).map { $0["code"] ?? $0["status"] ?? "none" }
    }

    struct Line {
        fileprivate let json: JSONValue

        /// A member that is text or a number; nil where it is null or missing.
        subscript(key: String) -> String? { json[key]?.text }
    }
}

extension JSONValue {
    fileprivate var text: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        default: nil
        }
    }
}
