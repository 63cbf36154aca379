import Tables
import Timestamps

/// A clock that went back, or ahead by days, between two runs that wrote to the ledger.
package struct ClockJump: Equatable, Sendable {
    /// The latest moment at which the ledger had been written to.
    package let was: Timestamp
    /// What the clock says now.
    package let became: Timestamp

    /// How far back a clock may go before that counts as a jump, in seconds: corrections are small.
    private static let slack = 60
    /// In seconds. If the ledger was not written to for longer than this, nothing ran or the clock
    /// went ahead.
    static let longSilence = 2 * 86_400
    /// How far back a clock must have gone before the operator gets a report, in seconds: after a
    /// smaller jump the times are nearly right.
    private static let worthTelling = 3_600

    init?(from was: Timestamp, to became: Timestamp) {
        guard
            became.adding(seconds: Self.slack) < was
                || was.adding(seconds: Self.longSilence) < became
        else { return nil }
        self.was = was
        self.became = became
    }

    package var wentBack: Bool { became < was }

    fileprivate var isWorthTelling: Bool { became.adding(seconds: Self.worthTelling) < was }
}

extension Ledger {
    /// Notes that the clock went back, or ahead by days, since the ledger was last written to. Each
    /// jump is noted once: the next run finds it noted.
    ///
    /// - Returns: the jump; nil if there was none.
    /// - Throws: `StoreError`, `LedgerError`.
    package func noteClockJump(at now: Timestamp) throws -> ClockJump? {
        guard try read({ try Self.jump($0, to: now) }) != nil else { return nil }
        return try commit { db in
            guard let jump = try Self.jump(db, to: now) else { return nil }
            try db.run(
                """
                INSERT INTO clock_jumps (was, became, last_attempt, is_mended)
                SELECT \(jump.was), \(jump.became), coalesce(max(id), 0), \(!jump.wentBack)
                FROM attempts
                """)
            try db.run("UPDATE generation SET written_at = \(now) WHERE id = 1")
            if jump.isWorthTelling {
                try Self.raise(.clockWentBack(jump), order: nil, provider: nil, db, at: now)
            }
            return jump
        }
    }

    private static func jump(_ db: any Connection, to now: Timestamp) throws -> ClockJump? {
        let writtenAt: Timestamp? = try db.value("SELECT written_at FROM generation WHERE id = 1")
        return writtenAt.flatMap { ClockJump(from: $0, to: now) }
    }
}

extension LedgerException {
    fileprivate static func clockWentBack(_ jump: ClockJump) -> LedgerException {
        LedgerException(
            .clockWentBack,
            """
            the ledger was written to at \(jump.was), and on the next run the clock said \
            \(jump.became): it is wrong, or was wrong then. What was written meanwhile keeps its \
            times, so reports show it on those days; what was due later than is possible is done \
            now. Check that the machine's clock is kept right (timedatectl)
            """)
    }
}
