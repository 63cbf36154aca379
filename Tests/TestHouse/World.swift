import Ledger
import Money
import SQLiteTables

/// A world that tests act in: a `House` runs the stages in process, a `Works` the built programs.
///
/// Tests ask about the ledger here, by name. Only a question asked in one place, or about the
/// tables themselves, is asked in SQL.
package protocol World {
    /// The path of its ledger.
    var ledgerPath: String { get }
}

extension World {
    /// The rows of a query as the `sqlite3` shell shows them, with `-` for NULL.
    package func table(_ sql: String) throws -> [String] {
        try LedgerFile(ledgerPath).rows(sql).map(\.line)
    }

    /// Changes the ledger behind the back of every program.
    package func alter(_ sql: String) throws {
        try LedgerFile(ledgerPath).run(sql)
    }

    /// The invariants that do not hold, each with what violates it.
    package func findings() throws -> [String] {
        try Ledger.openUnchecked(in: SQLiteFile(ledgerPath), currency: Currency(parsing: "USD"))
            .audit()
            .map { "invariant \($0.rule): \($0.violations)" }
    }
}

/// What tests ask about orders.
extension World {
    /// How many orders are in each state: `accepted|3`.
    package func states() throws -> [String] {
        try table("SELECT state, count(*) FROM orders GROUP BY state ORDER BY state")
    }

    /// The state of each order.
    package func orderStates() throws -> [String] {
        try table("SELECT state FROM orders ORDER BY id")
    }

    /// How many orders have not ended.
    package func openOrders() throws -> Int {
        try count("orders WHERE ended_at IS NULL")
    }

    /// State, the provider's word and the refund of each order.
    package func fates() throws -> [String] {
        try table("SELECT state, status, refunded FROM orders ORDER BY id")
    }

    /// State and refund of each order.
    package func refunds() throws -> [String] {
        try table("SELECT state, refunded FROM orders ORDER BY id")
    }

    /// State and provider's id of each order.
    package func placements() throws -> [String] {
        try table("SELECT state, provider_order FROM orders ORDER BY id")
    }

    /// State, provider and the service it was bought under, if another, of each order.
    package func purchases() throws -> [String] {
        try table("SELECT state, provider_id, bought_service_id FROM orders ORDER BY id")
    }

    /// The state of each of a user's orders that have ended, by the orders' ids.
    package func endedOrders(of user: String) throws -> [Int64: String] {
        let rows = try LedgerFile(ledgerPath).rows(
            "SELECT id, state FROM orders WHERE user_id = '\(user)' AND ended_at IS NOT NULL")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["id"], $0["state"]) })
    }

    /// The numbers of a user's orders.
    package func orders(of user: String) throws -> [Int64] {
        try LedgerFile(ledgerPath).rows(
            "SELECT id FROM orders WHERE user_id = '\(user)' ORDER BY id"
        ).map { $0["id"] }
    }

    /// The billed units of the first order.
    package func billedUnits() throws -> Int64? {
        try LedgerFile(ledgerPath).rows("SELECT billed_units FROM orders ORDER BY id")
            .first?["billed_units"]
    }

    /// The parameters of each order, as JSON.
    package func parameters() throws -> [String] {
        try table("SELECT parameters FROM orders ORDER BY id")
    }

    /// The names of a user's files, in the order in which they were taken.
    package func files(of user: String) throws -> [String] {
        try table("SELECT name FROM files WHERE user_id = '\(user)' ORDER BY id")
    }

    /// The orders in doubt.
    package func doubts() throws -> [Doubt] {
        try LedgerFile(ledgerPath).rows(
            """
            SELECT o.id, p.name, o.link FROM orders o JOIN providers p ON p.id = o.provider_id
            WHERE o.state = 'in_doubt' ORDER BY o.id
            """
        ).map { Doubt(order: $0["id"], provider: $0["name"], link: $0["link"] ?? "") }
    }

    /// How many rows a table has, or those that a condition selects: `orders WHERE state =
    /// 'sending'`.
    package func count(_ rows: String) throws -> Int {
        try table("SELECT count(*) FROM \(rows)").first.flatMap { Int($0) } ?? 0
    }
}

/// An order in doubt, as a test sees it.
package struct Doubt {
    package let order: Int64
    package let provider: String
    package let link: String
}

/// What tests ask about money, providers, and what the operator is told.
extension World {
    /// The balance of a user's wallet, in millionths.
    package func balance(of user: String = "acme", _ wallet: String = "available") throws -> Int64 {
        let rows = try LedgerFile(ledgerPath).rows(
            "SELECT balance FROM wallets WHERE user_id = '\(user)' AND name = '\(wallet)'")
        guard let row = rows.first else { throw WorldFailure("\(user) has no \(wallet)") }
        return row["balance"]
    }

    /// The balance of a wallet of the house, in millionths: `fees`.
    package func houseBalance(_ wallet: String) throws -> Int64 {
        let rows = try LedgerFile(ledgerPath).rows(
            """
            SELECT coalesce(sum(balance), 0) AS balance FROM wallets
            WHERE user_id IS NULL AND name = '\(wallet)'
            """)
        return rows[0]["balance"]
    }

    /// Every movement of money so far. Two of these are equal if nothing moved between them.
    package func movements() throws -> [String] {
        try table("SELECT * FROM transactions ORDER BY id")
    }

    /// The state of each provider.
    package func providerStates() throws -> [String] {
        try table("SELECT state FROM providers ORDER BY id")
    }

    /// State, failures in a row and doubts in a row of each provider.
    package func strikes() throws -> [String] {
        try table("SELECT state, failures, doubts FROM providers ORDER BY id")
    }

    /// How many errors of each provider were counted, by the hour.
    package func providerErrors() throws -> [String] {
        try table("SELECT errors FROM provider_errors ORDER BY provider_id, hour")
    }

    /// The digest of the key that each provider refused.
    package func refusedKeys() throws -> [String] {
        try table("SELECT paused_key FROM providers ORDER BY id")
    }

    /// The balance that each provider reported, in millionths.
    package func providerBalances() throws -> [String] {
        try table("SELECT balance FROM providers ORDER BY id")
    }

    /// What was learned about how the providers want to be asked.
    package func habits() throws -> [String] {
        try table("SELECT value FROM provider_habits")
    }

    /// The kind of each row of `exceptions.csv`.
    package func exceptionKinds() throws -> [String] {
        try table("SELECT kind FROM exceptions ORDER BY id")
    }

    /// Changes a service behind the back of every program.
    ///
    /// `change`: the columns to set: `enabled = 0`.
    package func change(service: Int64, _ change: String) throws {
        try alter("UPDATE services SET \(change) WHERE id = \(service)")
    }

    /// Whether a service is on sale, and why not.
    package func sale(of service: Int64) throws -> [String] {
        try table("SELECT enabled, withheld FROM services WHERE id = \(service)")
    }

    /// Kind, order and provider of each row of `exceptions.csv`.
    package func exceptionPlaces() throws -> [String] {
        try table("SELECT kind, order_id, provider_id FROM exceptions ORDER BY id")
    }

    /// Kind and order of each row of `exceptions.csv`.
    package func exceptions() throws -> [String] {
        try table("SELECT kind, order_id FROM exceptions ORDER BY id")
    }

    /// The detail of each row of `exceptions.csv`.
    package func exceptionDetails() throws -> [String] {
        try table("SELECT detail FROM exceptions ORDER BY id")
    }

    /// How many requests for refills and cancels are in each state: `sent|2`.
    package func requestStates() throws -> [String] {
        try table("SELECT state, count(*) FROM requests GROUP BY state ORDER BY state")
    }
}
