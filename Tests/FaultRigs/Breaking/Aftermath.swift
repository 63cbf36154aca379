import TestHouse
import TestSupport
import Timestamps

/// The result of some runs: every row of the ledger and every file of the spool, as text, without
/// what differs from run to run: times, and the numbers of rows.
struct Aftermath: Sendable {
    private let facts: Set<String>

    init(of works: Works) throws {
        let ledger = try LedgerFile(works.ledgerPath)
        let (rows, names) = (try Self.rows(of: ledger), try Names(ledger))
        // The same row may rightly be there twice, and wrongly once more.
        let counted = Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +).map { "\($1) × \($0)" }
        // In lock/, the programs say when they ran.
        let files = tree(at: works.spool).filter { !$0.key.hasPrefix("lock/") }
            .map { path, bytes in
                let content = names.replacing(in: String(decoding: bytes, as: UTF8.self))
                return "\(path.replacing(/^archive\/[0-9-]+/, with: "archive")): \(content)"
            }
        facts = Set(counted + files + (try works.findings()))
    }

    /// What is missing here (-), and what is extra (+).
    func difference(from other: Aftermath) -> [String] {
        other.facts.subtracting(facts).map { "- \($0)" }.sorted()
            + facts.subtracting(other.facts).map { "+ \($0)" }.sorted()
    }
}

extension Aftermath {
    /// Every row of every table; and once more, by names, what refers to what.
    private static func rows(of ledger: LedgerFile) throws -> [String] {
        let tables = try ledger.rows(
            """
            SELECT name FROM sqlite_master
            WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'generation'
            """
        ).map(\.line)
        let contents = try tables.map { table in
            let columns = try ledger.rows("PRAGMA table_info(\(table))")
                .filter { !isIncidental($0["name"], of: table, type: $0["type"]) }
                .map { "\"\($0["name"] as String)\"" }
            let list = columns.isEmpty ? "1" : columns.joined(separator: ", ")
            return "SELECT '\(table)' AS \"table\", \(list) FROM \(table)"
        }
        return try (contents + references).flatMap {
            try ledger.rows($0).map(\.description)
        }
    }

    /// Whether a column holds a time or the number of a row.
    private static func isIncidental(_ column: String, of table: String, type: String) -> Bool {
        if table == "transactions", column == "reference" { return true }
        let ends = ["_id", "_at", "_order", "_of"]
        return type == "INTEGER"
            && (["id", "at", "subject"].contains(column) || ends.contains { column.hasSuffix($0) })
    }

    /// What refers to what, by names.
    private static let references = [
        """
        SELECT o.user_id, o.ref, f.name AS file, s.provider_service FROM orders o
        JOIN files f ON f.id = o.file_id JOIN services s ON s.id = o.service_id
        """,
        """
        SELECT t.type, a.user_id, a.name AS source, b.user_id, b.name AS target, t.amount, o.ref,
               f.name AS file
        FROM transactions t JOIN wallets a ON a.id = t.from_wallet_id
            JOIN wallets b ON b.id = t.to_wallet_id LEFT JOIN orders o ON o.id = t.order_id
            LEFT JOIN files f ON f.id = t.file_id
        """,
        """
        SELECT f.name AS file, l.kind, l.line, l.ref, o.ref AS "order" FROM lines l
        JOIN files f ON f.id = l.file_id LEFT JOIN orders o ON o.id = l.order_id
        """,
        """
        SELECT f.name AS duplicate, g.name AS original FROM files f
        JOIN files g ON g.id = f.duplicate_of
        """,
        """
        SELECT c.user_id, c.kind, o.ref FROM changes c
        JOIN orders o ON c.kind = 'order' AND o.id = c.subject
        """,
    ]
}

/// The names of orders and files, instead of their numbers and times.
private struct Names {
    /// The user and ref of each order.
    private let orders: [String: String]
    /// The SHA-256 of each file, with the times at which the ledger says that it came.
    private let arrivals: [String: Set<String>]

    init(_ ledger: LedgerFile) throws {
        orders = Dictionary(
            uniqueKeysWithValues: try ledger.rows("SELECT id, user_id, ref FROM orders")
                .map {
                    ("\($0["id"] as Int64)", "\($0["user_id"] as String) \($0["ref"] as String)")
                }
        )
        arrivals = Dictionary(
            try ledger.rows("SELECT sha256, received_at FROM files").map {
                ($0["sha256"], ["\(Timestamp(milliseconds: $0["received_at"]))"])
            }, uniquingKeysWith: { $0.union($1) })
    }

    /// A file's text with its orders by name, and without the time of a receipt, if it is the one
    /// in the ledger.
    func replacing(in text: String) -> String {
        let known = text.firstMatch(of: /"sha256": "([0-9a-f]{64})"/)
            .map { arrivals[String($0.1)] ?? [] }
        return text.replacing(/"order": ([0-9]+)/) { "\"order\": \(orders[String($0.1)] ?? "?")" }
            .replacing(/"received_at": "([^"]*)"/) { time in
                // A file that was never taken has no time in the ledger.
                known?.isEmpty == false && known?.contains(String(time.1)) == false
                    ? "\(time.0), and not \(known!.sorted())" : ""
            }
    }
}
