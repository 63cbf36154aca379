import Tables
import Timestamps

/// Something that stands still until a person acts.
///
/// Thousands of orders behind one provider are one alarm. It is raised once, with a line in
/// `exceptions.csv`, and stands until a run finds its cause gone.
package struct Alarm: Equatable, Sendable {
    /// Its line in `exceptions.csv` has the same kind.
    package let kind: ExceptionKind
    /// The name of the provider or the user that it is about.
    package let subject: String
    /// When it was raised.
    package let since: Timestamp
    /// What was found, what is still true, and what to do.
    package let detail: String
}

extension Alarm {
    /// How long something may stand still before it is reported to the operator, in seconds.
    package static let patience = 3_600
    /// How long a request may stay with a provider, in seconds: refills take days.
    static let requestPatience = 3 * 86_400
}

extension Ledger {
    /// The alarms that stand, by kind and subject.
    ///
    /// - Throws: `StoreError`.
    package func alarms() throws -> [Alarm] {
        try read { try Self.alarms($0) }
    }

    static func alarms(_ db: any Connection) throws -> [Alarm] {
        let alarms = try db.all(
            "SELECT kind, subject, since, detail FROM alarms ORDER BY kind, subject"
        ) { row -> Alarm? in
            // A newer version may know kinds that this one does not.
            let word: String = try row[0]
            guard let kind = ExceptionKind(rawValue: word) else { return nil }
            return Alarm(
                kind: kind, subject: try row[1], since: try row[2], detail: try row[3])
        }
        return alarms.compactMap(\.self)
    }

    /// Looks for everything that only a person can end, and reports each new alarm to the operator:
    /// once, until its cause is gone and comes back.
    ///
    /// - Parameters:
    ///   - pollEvery: after how many seconds a provider is asked about an order again, by name.
    ///   - now: the time.
    /// - Returns: the alarms that were raised.
    /// - Throws: `StoreError`, `LedgerError`.
    package func raiseAlarms(
        pollEvery: [String: Int], at now: Timestamp
    ) throws -> [Alarm] {
        let (found, standing) = try read { db in
            (try Standstills(db, pollEvery: pollEvery, now: now).all(), try Self.alarms(db))
        }
        let new = found.filter { stop in !standing.contains { stop.isSame(as: $0) } }
        let gone = standing.filter { alarm in !found.contains { $0.isSame(as: alarm) } }
        if new.isEmpty, gone.isEmpty { return [] }
        return try commit { db in
            for alarm in gone {
                try db.run(
                    """
                    DELETE FROM alarms WHERE kind = \(alarm.kind) AND subject = \(alarm.subject)
                    """)
            }
            return try new.map { try Self.raise($0, db, at: now) }
        }
    }

    private static func raise(
        _ stop: Standstill, _ db: any Connection, at now: Timestamp
    ) throws -> Alarm {
        let alarm = Alarm(
            kind: stop.kind, subject: stop.subject, since: now,
            detail: "on \(now), \(try stop.words(db))")
        try db.run(
            """
            INSERT INTO alarms (kind, subject, since, detail)
            VALUES (\(alarm.kind), \(alarm.subject), \(now), \(alarm.detail))
            """)
        try raise(
            LedgerException(alarm.kind, alarm.detail), order: nil,
            provider: stop.provider, db, at: now)
        return alarm
    }
}
