import GRDB
import Tables
import Timestamps

/// A clock that went back, or ahead by days, between two runs that wrote to the ledger.
package struct ClockJump: Equatable, Sendable {
    /// The latest moment at which the ledger had been written to.
    package let was: Timestamp
    /// What the clock says now.
    package let became: Timestamp

    /// A clock may be set right by a little; what it says is behind by more than this, in seconds.
    private static let slack = 60
    /// A ledger that nobody wrote to for so long: nothing ran, or the clock went ahead. In seconds.
    static let longSilence = 2 * 86_400
    /// The operator is told in `exceptions.csv` of a clock that went back by so much, in seconds: by
    /// less, and the times of what was written are nearly right.
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
    /// Keeps that the clock went back, or ahead by days, since the ledger was last written to; nil
    /// where it did not. Of each jump once: the next run finds it noted.
    package func noteClockJump(at now: Timestamp) throws -> ClockJump? {
        guard try read({ try Self.jump($0, to: now) }) != nil else { return nil }
        return try commit { db in
            guard let jump = try Self.jump(db, to: now) else { return nil }
            try db.grdb.execute(
                literal: """
                    INSERT INTO clock_jumps (was, became, last_attempt, is_mended)
                    SELECT \(jump.was), \(jump.became), coalesce(max(id), 0), \(!jump.wentBack)
                    FROM attempts;
                    UPDATE generation SET written_at = \(now) WHERE id = 1;
                    """)
            if jump.isWorthTelling {
                try Self.raise(.clockWentBack(jump), order: nil, provider: nil, db, at: now)
            }
            return jump
        }
    }

    private static func jump(_ db: any Connection, to now: Timestamp) throws -> ClockJump? {
        try Timestamp.fetchOne(db.grdb, sql: "SELECT written_at FROM generation WHERE id = 1")
            .flatMap { ClockJump(from: $0, to: now) }
    }
}

extension LedgerException {
    fileprivate static func clockWentBack(_ jump: ClockJump) -> LedgerException {
        LedgerException(
            .clockWentBack,
            """
            the ledger was written to at \(jump.was), and on the next run the clock said \
            \(jump.became): it is wrong, or was wrong then. What was written meanwhile keeps its \
            times, so reports show it on those days; what was to be done later than is possible is \
            done now. Check that the machine's clock is kept right (timedatectl)
            """)
    }
}
