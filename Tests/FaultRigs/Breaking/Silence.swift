import TestHouse

/// Finds what stands still in a ledger until a person acts, and is reported nowhere. It is written
/// from the list of states, not from the code that raises alarms.
///
/// An order, a request or a file that stands still for an hour must have an alarm, which `admin
/// status` shows, and each alarm must be in `exceptions.csv` once. Nothing may be due at a time
/// that never comes.
enum Silence {
    /// An hour, in milliseconds.
    private static let hour: Int64 = 3_600_000
    /// No setting but a look back puts anything off for longer than a day: in milliseconds.
    private static let longest: Int64 = 91_000_000

    fileprivate static func faults(in file: LedgerFile, at now: Int64) throws -> [String] {
        try
            (states.flatMap { try file.rows($0, [":before": now - hour]) }
            + outOfReach.flatMap { try file.rows($0, [":horizon": now + longest]) }
            + untold.flatMap { try file.rows($0) }).map(\.line)
    }

    /// Each state in which things wait for a person, without an alarm of one of the kinds that say
    /// so.
    private static let states = [
        standing(
            "waits to be sent", "o.state = 'accepted' AND o.created_at < :before",
            toldAs: "'orders_waiting', 'provider_off'"),
        standing(
            "was being sent when a run ended",
            """
            o.state = 'sending' AND EXISTS (SELECT 1 FROM attempts a
                WHERE a.order_id = o.id AND a.outcome IS NULL AND a.started_at < :before)
            """, toldAs: "'orders_unanswered', 'provider_off'"),
        standing(
            "is in doubt",
            """
            o.state = 'in_doubt' AND EXISTS (SELECT 1 FROM attempts a
                WHERE a.order_id = o.id AND a.outcome = 'unknown' AND a.started_at < :before)
            """, toldAs: "'orders_in_doubt', 'provider_off'"),
        standing(
            "is with a provider that is switched off",
            "o.state = 'placed' AND p.state = 'disabled' AND :before", toldAs: "'provider_off'"),
        standing(
            "is with a provider that answers nothing",
            """
            o.state = 'placed' AND p.state <> 'disabled'
                AND coalesce(p.last_answer_at, o.placed_at) < :before
            """, toldAs: "'provider_silent'"),
        standing(
            "is due to be asked about",
            "o.state = 'placed' AND p.state <> 'disabled' AND o.due_at < :before",
            toldAs: "'orders_unasked', 'provider_silent'"),
        standing(
            "has a request that nobody passes on",
            """
            EXISTS (SELECT 1 FROM requests r WHERE r.order_id = o.id
                AND r.state IN ('accepted', 'sending') AND r.created_at < :before)
            """, toldAs: "'requests_waiting'"),
        """
        SELECT 'status file ' || s.sequence || ' of ' || s.user_id
            || ' is not written, and nobody knows'
        FROM status_files s WHERE s.content IS NOT NULL AND s.at < :before AND NOT EXISTS
            (SELECT 1 FROM alarms a WHERE a.kind = 'status_files_unwritten' 
                AND a.subject = s.user_id)
        """,
    ]

    private static func standing(
        _ words: String, _ condition: String, toldAs kinds: String
    ) -> String {
        """
        SELECT 'order ' || o.id || ' at ' || p.name || ' \(words), and nobody knows'
        FROM orders o JOIN providers p ON p.id = o.provider_id
        WHERE \(condition) AND NOT EXISTS
            (SELECT 1 FROM alarms a WHERE a.kind IN (\(kinds)) AND a.subject = p.name)
        """
    }

    /// Whatever is due so late that nobody would wait for it.
    private static let outOfReach = [
        """
        SELECT 'order ' || id || ' is due out of reach' FROM orders
        WHERE state IN ('accepted', 'placed') AND due_at > :horizon
        """,
        """
        SELECT 'request ' || id || ' is due out of reach' FROM requests
        WHERE state <> 'ended' AND due_at > :horizon
        """,
        """
        SELECT 'the decision on order ' || order_id || ' is due out of reach' FROM decisions
        WHERE state = 'pending' AND due_at > :horizon
        """,
        """
        SELECT 'provider ' || name || ' is not asked within reach' FROM providers
        WHERE max(coalesce(paused_until, 0) * (state = 'paused'), coalesce(throttled_until, 0),
            inquiry_due) > :horizon
        """,
    ]

    /// Alarms that are missing in `exceptions.csv`, or that do not say what to do.
    private static let untold = [
        """
        SELECT 'alarm ' || kind || ' of ' || subject || ' is in no line of exceptions.csv'
        FROM alarms a WHERE NOT EXISTS
            (SELECT 1 FROM exceptions e WHERE e.kind = a.kind AND e.detail = a.detail)
        """,
        "SELECT 'alarm ' || kind || ' says nothing' FROM alarms WHERE length(detail) < 80",
    ]
}

extension World {
    /// What stands still without anybody knowing, in sentences.
    ///
    /// `now`: when alarms were raised, in milliseconds.
    func silence(at now: Int64) throws -> [String] {
        try Silence.faults(in: LedgerFile(ledgerPath), at: now)
    }
}
