import GRDB
import Money
import Tables
import Timestamps

/// What in the ledger waits for a person, or says that something is slow.
package struct WaitingForPeople: Sendable {
    /// Withdrawals that nobody has paid or declined.
    package let withdrawals: [WaitingMoney]
    /// Deposits that resellers claim and nobody has confirmed.
    package let claims: [WaitingMoney]
    /// Refills and cancels that have not ended.
    package let requests: Int
    package let oldestRequest: Timestamp?
    /// Exceptions of the last `newsSeconds`.
    package let newExceptions: Int
    /// Orders of which a provider has said nothing new for `ReportQuery.stuckAfterHours`.
    package let stuck: Int
    /// Orders that are with a provider and due to be asked about.
    package let dueStatuses: Int
    /// How many orders went out lately, and in how many milliseconds; nil if none did.
    package let pace: Pace?
    /// Open orders at providers, by name. A provider without one is left out.
    package let openOrders: [String: Int]

    package struct WaitingMoney: Sendable {
        package let count: Int
        package let amount: Amount
        package let currency: Currency
        package let oldest: Timestamp
    }

    package struct Pace: Sendable {
        package let orders: Int
        package let milliseconds: Int64

        /// How long so many orders take at this pace, in minutes, rounded up.
        package func minutes(for count: Int) -> Int {
            let milliseconds = Int128(count) * Int128(milliseconds) / Int128(max(1, orders))
            return Int((milliseconds + 59_999) / 60_000)
        }
    }

    /// How long an exception is new.
    package static let newsSeconds = 86_400
    /// The pace is that of so many seconds.
    static let paceSeconds = 600
    /// The most attempts that the pace is read from.
    static let paceAttempts = 5_000
}

extension Ledger {
    /// Reads indexes of what is open only, so that it takes no longer with the years.
    package func waitingForPeople(at now: Timestamp) throws -> WaitingForPeople {
        try read { db in
            let requests = try GRDB.Row.fetchOne(
                db.grdb,
                sql: "SELECT count(*), min(created_at) FROM requests WHERE state <> 'ended'")!
            return WaitingForPeople(
                withdrawals: try Self.money(
                    db, "created_at", "'\(currency.code)'",
                    "withdrawals WHERE status = 'held'"),
                claims: try Self.money(
                    db, "claimed_at", "currency", "deposits WHERE status = 'pending'"),
                requests: requests[0], oldestRequest: requests[1],
                newExceptions: try Int.fetchOne(
                    db.grdb, sql: "SELECT count(*) FROM exceptions WHERE at > ?",
                    arguments: [now.adding(seconds: -WaitingForPeople.newsSeconds)])!,
                stuck: try Int.fetchOne(
                    db.grdb,
                    sql: """
                        SELECT count(*) FROM orders WHERE state = 'placed'
                            AND changed_at <= ?
                        """,
                    arguments: [
                        now.adding(seconds: Int(-3_600 * ReportQuery.stuckAfterHours))
                    ])!,
                dueStatuses: try Int.fetchOne(
                    db.grdb,
                    sql: "SELECT count(*) FROM orders WHERE state = 'placed' AND due_at <= ?",
                    arguments: [now])!,
                pace: try Self.pace(db, at: now), openOrders: try Self.openOrders(db))
        }
    }

    private static func money(
        _ db: any Connection, _ moment: String, _ currency: String, _ source: String
    ) throws -> [WaitingForPeople.WaitingMoney] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT count(*) AS count, sum(amount) AS amount, \(currency) AS currency,
                    min(\(moment)) AS oldest
                FROM \(source) GROUP BY 3 ORDER BY 3
                """
        ).map {
            WaitingForPeople.WaitingMoney(
                count: $0["count"], amount: $0["amount"], currency: $0["currency"],
                oldest: $0["oldest"])
        }
    }

    private static func pace(
        _ db: any Connection, at now: Timestamp
    ) throws -> WaitingForPeople.Pace? {
        let row = try GRDB.Row.fetchOne(
            db.grdb,
            sql: """
                SELECT count(*), min(started_at) FROM attempts
                WHERE id > (SELECT max(id) FROM attempts) - \(WaitingForPeople.paceAttempts)
                    AND started_at > ?1 AND started_at <= ?2 AND outcome = 'placed'
                """, arguments: [now.adding(seconds: -WaitingForPeople.paceSeconds), now])!
        let (count, oldest): (Int, Timestamp?) = (row[0], row[1])
        return oldest.map {
            WaitingForPeople.Pace(
                orders: count, milliseconds: max(1, now.milliseconds - $0.milliseconds))
        }
    }

    /// State by state, because each has an index of its own.
    private static func openOrders(_ db: any Connection) throws -> [String: Int] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT p.name, (SELECT count(*) FROM orders
                                WHERE state = 'accepted' AND due_at IS NOT NULL
                                    AND provider_id = p.id)
                        + (SELECT count(*) FROM orders
                           WHERE state = 'accepted' AND due_at IS NULL AND provider_id = p.id)
                        + (SELECT count(*) FROM orders
                           WHERE state = 'placed' AND provider_id = p.id)
                        + (SELECT count(*) FROM orders
                           WHERE (state = 'sending' OR state = 'in_doubt') AND provider_id = p.id)
                    AS count
                FROM providers p
                """
        ).reduce(into: [:]) { counts, row in
            let count: Int = row["count"]
            if count > 0 { counts[row["name"]] = count }
        }
    }
}
