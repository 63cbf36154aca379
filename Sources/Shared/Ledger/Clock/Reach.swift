import Tables
import Timestamps

/// How far ahead of now a due date can rightly lie. A date further ahead was written while the
/// clock was ahead, or the clock is behind now. It counts as due now, or nothing would ever be done
/// about it.
package struct Reach: Sendable {
    /// For orders, requests, decisions, and the pauses of providers, in seconds. No setting for
    /// them exceeds a day, and no `Retry-After` is believed for longer; the rest is room.
    static let ordinary = 90_000
    /// For moments in the past, in seconds: clocks may differ by a little.
    private static let ofThePast = 3_600

    private let lookBackSeconds: Int
    private let syncEverySeconds: Int

    package init(lookBackSeconds: Int, syncEverySeconds: Int) {
        self.lookBackSeconds = lookBackSeconds
        self.syncEverySeconds = syncEverySeconds
    }

    /// The last moments that dates can rightly have.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - isSetBack: whether the clock was just set back. Anything that is not due yet may have
    ///     been put off by as much as the clock was ahead, and nobody knows which. So all of it is
    ///     due now, once; only a look back can wait.
    /// - Returns: the moments.
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

    /// Makes due now whatever is due later than it can rightly be, and reports it to the operator.
    /// If all is right, as it nearly always is, this takes a few index look-ups and writes nothing.
    ///
    /// - Returns: how many due dates were brought back.
    /// - Throws: `StoreError`, `LedgerError`.
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
                    try db.run("UPDATE clock_jumps SET is_mended = 1 WHERE is_mended = 0")
                } else {
                    try Self.raise(
                        .outOfReach(brought, at: now), order: nil, provider: nil, db, at: now)
                }
            }
        }
        return brought
    }

    /// Whether the clock went back and something that it had put off is still not due again.
    private static func isSetBack(_ db: any Connection) throws -> Bool {
        try db.exists("SELECT 1 FROM clock_jumps WHERE is_mended = 0 LIMIT 1")
    }
}

/// The last moments that dates can rightly have, seen from `now`.
private struct Horizon {
    let now: Timestamp
    /// For orders, requests, decisions, and the pauses of providers.
    let ordinary: Timestamp
    /// For orders that ended.
    let lookBack: Timestamp
    /// For asking providers for their lists and balances.
    let questions: Timestamp
    /// For moments in the past.
    let past: Timestamp

    /// The rows of a table that are due after a moment.
    private struct Kind {
        let table: String
        let ids: SQL
        /// More columns to set beside the due date.
        var also: SQL = ""
    }

    private var kinds: [Kind] {
        [
            Kind(
                table: "orders",
                ids: orders("o.state = 'accepted' AND o.due_at IS NOT NULL", beyond: ordinary)),
            // The same clock dated the last news. Left in the future, the order would never count
            // as stuck.
            Kind(
                table: "orders", ids: orders("o.state = 'placed'", beyond: ordinary),
                also: ", changed_at = CASE WHEN changed_at > \(now) THEN \(now) ELSE changed_at END"
            ),
            Kind(table: "orders", ids: orders(DueDate.isToLookBack, beyond: lookBack)),
            Kind(
                table: "requests",
                ids: "SELECT id FROM requests WHERE state <> 'ended' AND due_at > \(ordinary)"),
            Kind(
                table: "decisions",
                ids: "SELECT id FROM decisions WHERE state = 'pending' AND due_at > \(ordinary)"),
        ]
    }

    /// Asks provider by provider, because only then does an index find the latest dates.
    private func orders(_ condition: String, beyond moment: Timestamp) -> SQL {
        """
        SELECT o.id FROM providers CROSS JOIN orders o
            ON o.provider_id = providers.id AND o.due_at > \(moment) AND \(raw: condition)
        """
    }

    func hidesAnything(_ db: any Connection) throws -> Bool {
        for kind in kinds where try db.exists("\(kind.ids) LIMIT 1") { return true }
        return try db.exists("SELECT 1 FROM providers WHERE \(misdated) LIMIT 1")
    }

    /// Brings due dates back.
    ///
    /// - Returns: how many; fewer than `limit` if none is left.
    /// - Throws: `StoreError`.
    func bringBack(_ db: any Connection, limit: Int) throws -> Int {
        var count = 0
        for kind in kinds where count < limit {
            count += try db.run(
                """
                UPDATE \(raw: kind.table) SET due_at = \(now)\(kind.also)
                WHERE id IN (\(kind.ids) LIMIT \(limit - count))
                """)
        }
        guard count < limit else { return count }
        let dates = limits.map { mended($0.column, beyond: $0.moment) }
        return count
            + (try db.run(
                """
                UPDATE providers SET \(dates.joined(by: ", ")) WHERE \(misdated)
                """))
    }

    /// The dates of a provider, each with the last moment that it can have.
    private var limits: [(column: String, moment: Timestamp)] {
        [
            ("paused_until", ordinary), ("throttled_until", ordinary), ("inquiry_due", ordinary),
            ("catalogue_due", questions), ("balance_due", questions),
            ("catalogue_at", past), ("balance_at", past), ("last_answer_at", past),
        ]
    }

    private func mended(_ column: String, beyond moment: Timestamp) -> SQL {
        """
        \(raw: column) = CASE WHEN \(raw: column) > \(moment) THEN \(now) ELSE \(raw: column) END
        """
    }

    /// The providers that have a date which cannot be right.
    private var misdated: SQL {
        limits.map { "\(raw: $0.column) > \($0.moment)" as SQL }.joined(by: " OR ")
    }
}

extension [SQL] {
    /// The texts one after another, with `separator` between them.
    fileprivate func joined(by separator: String) -> SQL {
        guard let first else { return "" }
        return dropFirst().reduce(first) { "\($0)\(raw: separator)\($1)" }
    }
}

extension LedgerException {
    fileprivate static func outOfReach(_ count: Int, at now: Timestamp) -> LedgerException {
        LedgerException(
            .dueOutOfReach,
            """
            on \(now), \(count) due dates of orders, requests and providers lay further ahead than \
            any run sets them: the clock was ahead when they were written, or is behind now. They \
            count as due at once, and nothing is lost. Check that the machine's clock is kept \
            right (timedatectl)
            """)
    }
}
