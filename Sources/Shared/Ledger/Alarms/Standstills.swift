import Tables
import Timestamps

/// Something that was found to stand still.
struct Standstill {
    let kind: ExceptionKind
    let subject: String
    /// Nil if it is about a user.
    let provider: ProviderID?
    /// The oldest order, request or status file that stands still.
    let oldest: Int64

    func isSame(as alarm: Alarm) -> Bool {
        (kind, subject) == (alarm.kind, alarm.subject)
    }
}

/// Finds everything that only a person can end. Each query reads an index of open rows only, so
/// none gets slower over the years.
struct Standstills {
    private let db: any Connection
    private let pollEvery: [String: Int]
    private let now: Timestamp

    init(_ db: any Connection, pollEvery: [String: Int], now: Timestamp) {
        self.db = db
        self.pollEvery = pollEvery
        self.now = now
    }

    func all() throws -> [Standstill] {
        try ofProviders() + unanswered(.ordersUnanswered, "sending")
            + unanswered(.ordersInDoubt, "in_doubt")
            + requests(.requestsWaiting, "r.state <> 'sent'", Alarm.patience)
            + requests(.requestsOpen, "r.state = 'sent'", Alarm.requestPatience) + statusFiles()
    }
}

extension Standstills {
    private struct ProviderRow {
        let id: ProviderID
        let name: String
        let isOff: Bool
        let lastAnswerAt: Timestamp?

        init(_ row: Row) throws {
            id = try row[0]
            name = try row[1]
            isOff = try row[2]
            lastAnswerAt = try row[3]
        }
    }

    private func ofProviders() throws -> [Standstill] {
        let forLinks = try waitingForLinks()
        let providers = try db.all(
            "SELECT id, name, state = 'disabled', last_answer_at FROM providers",
            ProviderRow.init)
        return try providers.flatMap { provider in
            provider.isOff
                ? try ofSwitchedOff(provider, forLinks[provider.id])
                : try waiting(at: provider, forLinks[provider.id]) + placed(with: provider)
        }
    }

    /// Each provider's first order that waits for a link.
    private func waitingForLinks() throws -> [ProviderID: Int64] {
        // The plus keeps SQLite from walking all orders in the order of another index.
        let first: [(ProviderID, Int64)] = try db.all(
            """
            SELECT provider_id, min(id) FROM orders WHERE \(raw: DueDate.waitsForLink)
            GROUP BY +provider_id
            """
        ) { (try $0[0], try $0[1]) }
        return Dictionary(uniqueKeysWithValues: first)
    }

    private func ofSwitchedOff(
        _ provider: ProviderRow, _ forLink: Int64?
    ) throws -> [Standstill] {
        var oldest = forLink
        for state in Standstill.openStates where oldest == nil {
            oldest = try db.value(
                """
                SELECT id FROM orders WHERE \(raw: state) AND provider_id = \(provider.id) LIMIT 1
                """)
        }
        return standstill(.providerOff, provider, oldest: oldest)
    }

    /// The orders that wait to be sent to a provider, if the first of them was taken an hour ago.
    private func waiting(at provider: ProviderRow, _ forLink: Int64?) throws -> [Standstill] {
        let due: Int64? = try db.value(
            """
            SELECT min(id) FROM orders
            WHERE \(raw: DueDate.isToSend) AND provider_id = \(provider.id)
            """)
        guard let first = [due, forLink].compactMap({ $0 }).min() else { return [] }
        let createdAt: Timestamp? = try db.value(
            "SELECT created_at FROM orders WHERE id = \(first)")
        return isOld(createdAt) ? standstill(.ordersWaiting, provider, oldest: first) : []
    }

    /// The orders that a provider has, if it no longer answers, or if nobody asks about them.
    private func placed(with provider: ProviderRow) throws -> [Standstill] {
        let first: (id: Int64, dueAt: Timestamp?, placedAt: Timestamp)? = try db.first(
            """
            SELECT id, due_at, placed_at FROM orders
            WHERE state = 'placed' AND provider_id = \(provider.id)
            ORDER BY due_at LIMIT 1
            """
        ) { (try $0[0], try $0[1], try $0[2]) }
        guard let first else { return [] }
        let patience = max(Alarm.patience, 2 * (pollEvery[provider.name] ?? 0))
        if isOld(provider.lastAnswerAt ?? first.placedAt, by: patience) {
            return standstill(.providerSilent, provider, oldest: first.id)
        }
        guard let due = first.dueAt, due.adding(seconds: Alarm.patience) < now else { return [] }
        return standstill(.ordersUnasked, provider, oldest: first.id)
    }

    private func standstill(
        _ kind: ExceptionKind, _ provider: ProviderRow, oldest: Int64?
    ) -> [Standstill] {
        oldest.map {
            [Standstill(kind: kind, subject: provider.name, provider: provider.id, oldest: $0)]
        } ?? []
    }

    /// The orders in a state in which nobody knows whether the provider has them, by provider. A
    /// provider that is switched off has an alarm of its own.
    private func unanswered(_ kind: ExceptionKind, _ state: String) throws -> [Standstill] {
        try standstills(
            kind,
            """
            SELECT p.name, p.id, open.first, coalesce(a.started_at, 0) FROM
                (SELECT provider_id, min(id) AS first FROM orders WHERE state = '\(raw: state)'
                    GROUP BY +provider_id) open
                JOIN providers p ON p.id = open.provider_id AND p.state <> 'disabled'
                LEFT JOIN attempts a ON a.order_id = open.first
                    AND (a.outcome IS NULL OR a.outcome IN ('placed', 'unknown'))
            """)
    }

    private func requests(
        _ kind: ExceptionKind, _ condition: String, _ patience: Int
    ) throws -> [Standstill] {
        try standstills(
            kind,
            """
            SELECT p.name, p.id, r.id, r.created_at FROM
                (SELECT o.provider_id, min(r.id) AS first
                    FROM requests r JOIN orders o ON o.id = r.order_id
                    WHERE r.state <> 'ended' AND \(raw: condition) GROUP BY +o.provider_id) open
                JOIN requests r ON r.id = open.first
                JOIN providers p ON p.id = open.provider_id
            """, patience)
    }

    private func statusFiles() throws -> [Standstill] {
        try standstills(
            .statusFilesUnwritten,
            """
            SELECT user_id, NULL, min(sequence), min(at) FROM status_files
            WHERE content IS NOT NULL GROUP BY user_id
            """)
    }

    /// The rows of a query that have stood still for long enough. A row holds the subject, the
    /// provider, the oldest order, request or file, and since when it stands still.
    private func standstills(
        _ kind: ExceptionKind, _ sql: SQL, _ patience: Int = Alarm.patience
    ) throws -> [Standstill] {
        let found: [(stop: Standstill, since: Timestamp)] = try db.all(sql) { row in
            let stop = Standstill(
                kind: kind, subject: try row[0], provider: try row[1], oldest: try row[2])
            return (stop, try row[3])
        }
        return found.filter { isOld($0.since, by: patience) }.map(\.stop)
    }

    private func isOld(_ moment: Timestamp?, by seconds: Int = Alarm.patience) -> Bool {
        moment?.isOlder(than: seconds, at: now) ?? false
    }
}
