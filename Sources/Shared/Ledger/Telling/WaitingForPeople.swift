import Money
import Tables
import Timestamps

/// Everything in the ledger that waits for a person or shows that something is slow.
package struct WaitingForPeople: Sendable {
    /// Withdrawals that nobody has paid or declined.
    package let withdrawals: [WaitingMoney]
    /// Deposits that resellers claim and nobody has confirmed.
    package let claims: [WaitingMoney]
    /// How many refills and cancels have not ended.
    package let requests: Int
    package let oldestRequest: Timestamp?
    /// How many exceptions came up in the last `newsSeconds`.
    package let newExceptions: Int
    /// How many orders are stuck: their providers have said nothing new about them for
    /// `ReportQuery.stuckAfterHours`.
    package let stuck: Int
    /// How many orders are with a provider and due to be asked about.
    package let dueStatuses: Int
    /// How fast orders went out lately; nil if none did.
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
        /// How long they took.
        package let milliseconds: Int64

        /// How long `count` orders take at this pace, in minutes, rounded up.
        package func minutes(for count: Int) -> Int {
            let milliseconds = Int128(count) * Int128(milliseconds) / Int128(max(1, orders))
            return Int((milliseconds + 59_999) / 60_000)
        }
    }

    /// How long an exception is new.
    package static let newsSeconds = 86_400
    /// Over how many seconds the pace is measured.
    static let paceSeconds = 600
    /// The most attempts that the pace is read from.
    static let paceAttempts = 5_000
}

extension Ledger {
    /// Reads what waits for a person, from indexes of open rows only, so it gets no slower over the
    /// years.
    ///
    /// - Throws: `StoreError`.
    package func waitingForPeople(at now: Timestamp) throws -> WaitingForPeople {
        try read { db in
            let (requests, oldestRequest): (Int, Timestamp?) = try db.one(
                "SELECT count(*), min(created_at) FROM requests WHERE state <> 'ended'"
            ) { (try $0[0], try $0[1]) }
            let lastDay = now.adding(seconds: -WaitingForPeople.newsSeconds)
            let stuckSince = now.adding(seconds: Int(-3_600 * ReportQuery.stuckAfterHours))
            return WaitingForPeople(
                withdrawals: try db.all(
                    """
                    SELECT count(*), sum(amount), \(currency.code), min(created_at)
                    FROM withdrawals WHERE status = 'held' GROUP BY 3 ORDER BY 3
                    """, WaitingForPeople.WaitingMoney.init),
                claims: try db.all(
                    """
                    SELECT count(*), sum(amount), currency, min(claimed_at)
                    FROM deposits WHERE status = 'pending' GROUP BY 3 ORDER BY 3
                    """, WaitingForPeople.WaitingMoney.init),
                requests: requests, oldestRequest: oldestRequest,
                newExceptions: try db.one("SELECT count(*) FROM exceptions WHERE at > \(lastDay)"),
                stuck: try db.one(
                    """
                    SELECT count(*) FROM orders
                    WHERE state = 'placed' AND changed_at <= \(stuckSince)
                    """),
                dueStatuses: try db.one(
                    "SELECT count(*) FROM orders WHERE state = 'placed' AND due_at <= \(now)"),
                pace: try Self.pace(db, at: now), openOrders: try Self.openOrders(db))
        }
    }

    private static func pace(
        _ db: any Connection, at now: Timestamp
    ) throws -> WaitingForPeople.Pace? {
        let start = now.adding(seconds: -WaitingForPeople.paceSeconds)
        let (count, oldest): (Int, Timestamp?) = try db.one(
            """
            SELECT count(*), min(started_at) FROM attempts
            WHERE id > (SELECT max(id) FROM attempts) - \(WaitingForPeople.paceAttempts)
                AND started_at > \(start) AND started_at <= \(now) AND outcome = 'placed'
            """
        ) { (try $0[0], try $0[1]) }
        return oldest.map {
            WaitingForPeople.Pace(
                orders: count, milliseconds: max(1, now.milliseconds - $0.milliseconds))
        }
    }

    /// Counts state by state, because each state has an index of its own.
    private static func openOrders(_ db: any Connection) throws -> [String: Int] {
        let counts: [(String, Int)] = try db.all(
            """
            SELECT p.name, (SELECT count(*) FROM orders
                            WHERE \(raw: DueDate.isToSend) AND provider_id = p.id)
                    + (SELECT count(*) FROM orders
                       WHERE \(raw: DueDate.waitsForLink) AND provider_id = p.id)
                    + (SELECT count(*) FROM orders
                       WHERE state = 'placed' AND provider_id = p.id)
                    + (SELECT count(*) FROM orders
                       WHERE (state = 'sending' OR state = 'in_doubt') AND provider_id = p.id)
            FROM providers p
            """
        ) { (try $0[0], try $0[1]) }
        return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
    }
}

extension WaitingForPeople.WaitingMoney {
    fileprivate init(_ row: Row) throws {
        count = try row[0]
        amount = try row[1]
        currency = try row[2]
        oldest = try row[3]
    }
}
