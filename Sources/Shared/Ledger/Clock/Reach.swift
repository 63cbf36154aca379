import GRDB
import Tables
import Timestamps

/// How far ahead of now a due date can rightly lie. One that lies further was written while the clock
/// was ahead, or the clock is behind now: it counts as due now, or nothing would ever be done.
package struct Reach: Sendable {
    /// For orders, requests, decisions, and the pauses of providers, in seconds. No setting for them is
    /// longer than a day, and no `Retry-After` is believed for longer; the rest is room.
    static let ordinary = 90_000
    /// For what is noted as seen, in seconds: clocks may differ by a little.
    private static let ofThePast = 3_600

    private let lookBackSeconds: Int
    private let syncEverySeconds: Int

    package init(lookBackSeconds: Int, syncEverySeconds: Int) {
        self.lookBackSeconds = lookBackSeconds
        self.syncEverySeconds = syncEverySeconds
    }

    /// The last moments, seen from `now`.
    ///
    /// - Parameter isSetBack: whether the clock was just set back. Then what is not due yet may have been
    ///   put off by as much as it was ahead, and nobody knows what: all of it is due now, once. Only a look
    ///   back can wait.
    fileprivate func horizon(at now: Timestamp, isSetBack: Bool) -> Horizon {
        let slack = isSetBack ? 0 : Self.ordinary
        return Horizon(
            now: now, ordinary: now.adding(seconds: slack),
            lookBack: now.adding(seconds: lookBackSeconds + slack),
            questions: now.adding(seconds: isSetBack ? 0 : syncEverySeconds + slack),
            past: now.adding(seconds: isSetBack ? 0 : Self.ofThePast))
    }
}

extension Ledger {
    /// The most orders that one commit makes due.
    private static let broughtAtOnce = 10_000

    /// Makes due now what is due later than it can rightly be, and tells the operator. Where all is
    /// right, as it nearly always is, a few looks into indexes and nothing is written.
    ///
    /// Returns how many due dates that were.
    package func bringIntoReach(_ reach: Reach, at now: Timestamp) throws -> Int {
        let (horizon, isSetBack, isAny) = try read { db in
            let isSetBack = try Self.isSetBack(db)
            let horizon = reach.horizon(at: now, isSetBack: isSetBack)
            return (horizon, isSetBack, try isSetBack || horizon.hidesAnything(db))
        }
        guard isAny else { return 0 }
        var brought = 0
        var isDone = false
        while !isDone {
            try commit { db in
                let count = try horizon.bringBack(db, limit: Self.broughtAtOnce)
                brought += count
                isDone = count < Self.broughtAtOnce
                guard isDone else { return }
                if isSetBack {
                    try db.grdb.execute(
                        sql: "UPDATE clock_jumps SET is_mended = 1 WHERE is_mended = 0")
                } else {
                    try Self.raise(
                        .outOfReach(brought, at: now), order: nil, provider: nil, db, at: now)
                }
            }
        }
        return brought
    }

    /// Whether the clock went back, and what it had put off is not yet due again.
    private static func isSetBack(_ db: any Connection) throws -> Bool {
        try Bool.fetchOne(
            db.grdb, sql: "SELECT EXISTS (SELECT 1 FROM clock_jumps WHERE is_mended = 0)")!
    }
}

/// The last moments at which things can rightly be due, seen from `now`.
private struct Horizon {
    let now: Timestamp
    let ordinary: Timestamp
    let lookBack: Timestamp
    let questions: Timestamp
    /// What has happened can be noted at this moment at most.
    let past: Timestamp

    /// The rows of a table that are due beyond a moment, `?1`.
    private struct Kind {
        let table: String
        let ids: String
        let until: Timestamp
        /// What is set beside the due date; `?2` is now.
        var also = ""
    }

    private var kinds: [Kind] {
        [
            Kind(
                table: "orders",
                ids: Self.orders("o.state = 'accepted' AND o.due_at IS NOT NULL"),
                until: ordinary),
            // What was heard of it was noted by the same clock: else it would never be stuck.
            Kind(
                table: "orders", ids: Self.orders("o.state = 'placed'"), until: ordinary,
                also: ", changed_at = min(changed_at, ?2)"),
            Kind(table: "orders", ids: Self.orders(Ledger.lookedBackAt), until: lookBack),
            Kind(
                table: "requests",
                ids: "SELECT id FROM requests WHERE state <> 'ended' AND due_at > ?1",
                until: ordinary),
            Kind(
                table: "decisions",
                ids: "SELECT id FROM decisions WHERE state = 'pending' AND due_at > ?1",
                until: ordinary),
        ]
    }

    /// Provider by provider: only so an index finds the latest ones.
    private static func orders(_ condition: String) -> String {
        """
        SELECT o.id FROM providers CROSS JOIN orders o
            ON o.provider_id = providers.id AND o.due_at > ?1 AND \(condition)
        """
    }

    func hidesAnything(_ db: any Connection) throws -> Bool {
        for kind in kinds {
            let sql = "SELECT EXISTS (\(kind.ids))"
            if try Bool.fetchOne(db.grdb, sql: sql, arguments: [kind.until])! { return true }
        }
        return try Bool.fetchOne(
            db.grdb, sql: "SELECT EXISTS (SELECT 1 FROM providers WHERE \(Self.misdated))",
            arguments: providerArguments)!
    }

    /// Returns how many due dates were brought back; fewer than `limit` where none is left.
    func bringBack(_ db: any Connection, limit: Int) throws -> Int {
        var count = 0
        for kind in kinds where count < limit {
            try db.grdb.execute(
                sql: """
                    UPDATE \(kind.table) SET due_at = ?2\(kind.also)
                    WHERE id IN (\(kind.ids) LIMIT ?3)
                    """, arguments: [kind.until, now, limit - count])
            count += db.grdb.changesCount
        }
        guard count < limit else { return count }
        try db.grdb.execute(
            sql: """
                UPDATE providers SET
                    paused_until = iif(paused_until > ?2, ?1, paused_until),
                    throttled_until = iif(throttled_until > ?2, ?1, throttled_until),
                    inquiry_due = iif(inquiry_due > ?2, ?1, inquiry_due),
                    catalogue_due = iif(catalogue_due > ?3, ?1, catalogue_due),
                    balance_due = iif(balance_due > ?3, ?1, balance_due),
                    catalogue_at = iif(catalogue_at > ?4, ?1, catalogue_at),
                    balance_at = iif(balance_at > ?4, ?1, balance_at),
                    last_answer_at = iif(last_answer_at > ?4, ?1, last_answer_at)
                WHERE \(Self.misdated)
                """, arguments: providerArguments)
        return count + db.grdb.changesCount
    }

    private var providerArguments: StatementArguments { [now, ordinary, questions, past] }

    /// There is always a `?1`, or the numbers would not be those of the arguments.
    private static let misdated = """
        ?1 IS NOT NULL AND (paused_until > ?2 OR throttled_until > ?2 OR inquiry_due > ?2
            OR catalogue_due > ?3 OR balance_due > ?3
            OR catalogue_at > ?4 OR balance_at > ?4 OR last_answer_at > ?4)
        """
}

extension LedgerException {
    fileprivate static func outOfReach(_ count: Int, at now: Timestamp) -> LedgerException {
        LedgerException(
            .dueOutOfReach,
            """
            on \(now), \(count) due dates of orders, requests and providers lay further ahead than \
            any run sets them: the clock was ahead when they were written, or is behind now. They \
            count as due at once, and nothing is lost. Check that the machine's clock is kept right \
            (timedatectl)
            """)
    }
}
