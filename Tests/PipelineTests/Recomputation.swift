import Glibc
import TestHouse

/// The operator's files as they must be (contract.md §5), computed from the ledger's plain rows: no
/// SQL but `SELECT *`, sums of money from the transactions alone, and none of the code of `report`.
///
/// Every file is given as its lines; each has the contract's columns, and perhaps not those beyond.
struct Recomputation {
    let tables: [String: [Row]]
    /// The house currency.
    let currency: String

    private static let names = [
        "users", "providers", "provider_errors", "categories", "services", "service_backups",
        "sales",
        "files", "orders", "attempts", "wallets", "transactions", "transaction_fees", "deposits",
        "exceptions",
        "catalogue_changes",
    ]

    init(ledger path: String, currency: String) throws {
        self.currency = currency
        let ledger = try LedgerFile(path)
        tables = try Dictionary(
            uniqueKeysWithValues: Self.names.map { ($0, try ledger.rows("SELECT * FROM \($0)")) })
    }

    /// The rows of a table by their ids.
    func byID(_ table: String) -> [Row] {
        tables[table]!.sorted { ($0["id"] as Int64) < ($1["id"] as Int64) }
    }

    /// The text of `column` in the row of `table` with this id; empty if there is none.
    func text(_ column: String, of table: String, _ id: Int64?) -> String {
        tables[table]!.first { $0["id"] as Int64? == id }.map { Cell.text($0[column]) } ?? ""
    }

    /// The owner and the name of a wallet: `acme:available`.
    func wallet(_ id: Int64) -> String {
        let wallet = tables["wallets"]!.first { $0["id"] as Int64 == id }!
        let owner =
            wallet["user_id"] as String?
            ?? (wallet["provider_id"] as Int64?).map { text("name", of: "providers", $0) }
        return "\(owner ?? "house"):\(wallet["name"] as String)"
    }

    /// The balance of a wallet, now or at a moment, by the transactions.
    func balance(of wallet: Int64, until moment: Int64 = .max) -> Int64 {
        tables["transactions"]!.reduce(0) { sum, moved in
            guard (moved["created_at"] as Int64) <= moment else { return sum }
            let amount: Int64 = moved["amount"]
            return moved["to_wallet_id"] as Int64? == wallet
                ? sum + amount : moved["from_wallet_id"] as Int64? == wallet ? sum - amount : sum
        }
    }

    /// The sum of the transactions of some types that `belongs` says yes to.
    func moved(_ types: Set<String>, where belongs: (Row) -> Bool) -> Int64 {
        tables["transactions"]!.reduce(0) {
            types.contains($1["type"]) && belongs($1) ? $0 + ($1["amount"] as Int64) : $0
        }
    }
}

/// A value as it stands in a CSV file.
enum Cell {
    static func text(_ text: String?) -> String {
        guard let text, let first = text.unicodeScalars.first else { return "" }
        return "=+-@\t\r".unicodeScalars.contains(first) ? "'" + text : text
    }

    static func integer(_ value: Int64?) -> String {
        value.map(String.init) ?? ""
    }

    static func flag(_ value: Bool) -> String {
        value ? "true" : "false"
    }

    /// Millionths, with six decimals.
    static func amount(_ value: Int64?) -> String {
        guard let value else { return "" }
        let decimals = String(1_000_000 + value.magnitude % 1_000_000).dropFirst()
        return "\(value < 0 ? "-" : "")\(value.magnitude / 1_000_000).\(decimals)"
    }

    /// Milliseconds since 1970, as ISO 8601 to the second.
    static func time(_ value: Int64?) -> String {
        value.map { strftime($0, "%Y-%m-%dT%H:%M:%SZ") } ?? ""
    }

    static func day(_ value: Int64) -> String {
        strftime(value, "%Y-%m-%d")
    }

    private static func strftime(_ milliseconds: Int64, _ format: String) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let length = Glibc.strftime(&text, text.count, format, &parts)
        return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
