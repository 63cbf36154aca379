import Tables

/// A contradiction that was found in the books.
package struct Finding: Sendable {
    /// The invariant that is broken, by its number in docs/design.md §5.
    package let invariant: Int
    /// What always holds in sound books.
    package let rule: String
    /// The rows that break it, as `column=value` pairs; at most `Ledger.violationsShown`.
    package let violations: [String]
    /// How many violations there are.
    package let count: Int
}

extension Ledger {
    /// How many violations of one invariant a finding shows.
    static let violationsShown = 20

    /// How many invariants an audit proves.
    package static let invariants = Invariant.all.count

    /// Runs every invariant over the whole ledger, as of one moment.
    package func audit() throws -> [Finding] {
        try read(audit)
    }

    func audit(_ db: any Connection) throws -> [Finding] {
        try Invariant.all.compactMap { invariant in
            var shown: [String] = []
            var count = 0
            for text in invariant.statements + store.proofs[invariant.number, default: []] {
                try db.forEach("\(raw: text)") { row in
                    count += 1
                    if count <= Self.violationsShown { shown.append(try Self.words(of: row)) }
                }
            }
            guard count > 0 else { return nil }
            return Finding(
                invariant: invariant.number, rule: invariant.rule, violations: shown, count: count)
        }
    }

    private static func words(of row: Row) throws -> String {
        try row.names.enumerated().map { column, name in
            let value: SQLValue = try row[column]
            return "\(name)=\(value)"
        }.joined(separator: " ")
    }
}

/// What always holds, as statements that return only violations (docs/design.md §5).
///
/// Some invariants have statements of the engine's own beside these, or instead: `Store.proofs`.
struct Invariant {
    let number: Int
    let rule: String
    let statements: [String]

    init(number: Int, rule: String, sql: String...) {
        self.number = number
        self.rule = rule
        statements = sql
    }

    static let all = money + course
}
