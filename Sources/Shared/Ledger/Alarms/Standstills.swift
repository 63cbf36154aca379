import GRDB
import Tables
import Timestamps

/// Something that stands still, as it was found.
struct Standstill {
    let kind: Alarm.Kind
    let subject: String
    /// Nil where it is about a user.
    let provider: ProviderID?
    /// The oldest of what stands still: an order, a request or a status file.
    let oldest: Int64

    func isSame(as alarm: Alarm) -> Bool {
        (kind, subject) == (alarm.kind, alarm.subject)
    }
}

/// Every state that only a person can end, asked for in one place. Each query reads an index of what is
/// open: none takes longer with the years.
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
    private func ofProviders() throws -> [Standstill] {
        let forLinks = try waitingForLinks()
        return try GRDB.Row.fetchAll(
            db.grdb, sql: "SELECT id, name, state, last_answer_at FROM providers"
        )
        .flatMap { row in
            let (id, name): (ProviderID, String) = (row["id"], row["name"])
            return row["state"] == "disabled"
                ? try ofSwitchedOff(id, name, forLinks[id])
                : try waiting(at: id, name, forLinks[id])
                    + placed(with: id, name, answeredAt: row["last_answer_at"])
        }
    }

    /// The first order at each provider that waits for a link.
    private func waitingForLinks() throws -> [ProviderID: Int64] {
        let rows = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT provider_id, min(id) AS first FROM orders
                WHERE state = 'accepted' AND due_at IS NULL GROUP BY +provider_id
                """)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["provider_id"], $0["first"]) })
    }

    private func ofSwitchedOff(
        _ provider: ProviderID, _ name: String, _ forLink: Int64?
    ) throws -> [Standstill] {
        var oldest = forLink
        for state in Standstill.openStates where oldest == nil {
            oldest = try Int64.fetchOne(
                db.grdb, sql: "SELECT id FROM orders WHERE \(state) AND provider_id = ? LIMIT 1",
                arguments: [provider])
        }
        return oldest.map {
            [Standstill(kind: .providerOff, subject: name, provider: provider, oldest: $0)]
        } ?? []
    }

    /// The orders that wait to be sent to a provider, if the first of them was taken an hour ago.
    private func waiting(
        at provider: ProviderID, _ name: String, _ forLink: Int64?
    ) throws -> [Standstill] {
        let due = try Int64.fetchOne(
            db.grdb,
            sql: "SELECT min(id) FROM orders WHERE \(Standstill.isDue) AND provider_id = ?",
            arguments: [provider])
        guard let first = [due, forLink].compactMap({ $0 }).min() else { return [] }
        let oldest = try GRDB.Row.fetchOne(
            db.grdb, sql: "SELECT id, created_at FROM orders WHERE id = ?", arguments: [first])
        guard let oldest, isOld(oldest["created_at"]) else { return [] }
        return [
            Standstill(
                kind: .ordersWaiting, subject: name, provider: provider, oldest: oldest["id"])
        ]
    }

    /// The orders that a provider has: whether it answers at all, and whether they are asked about.
    private func placed(
        with provider: ProviderID, _ name: String, answeredAt: Timestamp?
    ) throws -> [Standstill] {
        let first = try GRDB.Row.fetchOne(
            db.grdb,
            sql: """
                SELECT id, due_at, placed_at FROM orders WHERE state = 'placed' AND provider_id = ?
                ORDER BY due_at LIMIT 1
                """, arguments: [provider])
        guard let first else { return [] }
        let patience = max(Alarm.patience, 2 * (pollEvery[name] ?? 0))
        let kind: Alarm.Kind
        if isOld(answeredAt ?? first["placed_at"], by: patience) {
            kind = .providerSilent
        } else if let due: Timestamp = first["due_at"],
            due.adding(seconds: Alarm.patience) < now
        {
            kind = .ordersUnasked
        } else {
            return []
        }
        return [Standstill(kind: kind, subject: name, provider: provider, oldest: first["id"])]
    }

    /// By provider, the orders of a state in which nobody knows whether it has them. Of one that is switched
    /// off, it is told that.
    private func unanswered(_ kind: Alarm.Kind, _ state: String) throws -> [Standstill] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT p.id, p.name, open.first, a.started_at FROM
                    (SELECT provider_id, min(id) AS first FROM orders WHERE state = '\(state)'
                        GROUP BY +provider_id) open
                    JOIN providers p ON p.id = open.provider_id AND p.state <> 'disabled'
                    LEFT JOIN attempts a ON a.order_id = open.first
                        AND (a.outcome IS NULL OR a.outcome IN ('placed', 'unknown'))
                """
        ).compactMap { row in
            guard isOld(row["started_at"] ?? Timestamp(milliseconds: 0)) else { return nil }
            return Standstill(
                kind: kind, subject: row["name"], provider: row["id"], oldest: row["first"])
        }
    }

    private func requests(
        _ kind: Alarm.Kind, _ condition: String, _ patience: Int
    ) throws -> [Standstill] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT p.id, p.name, r.id AS request, r.created_at FROM
                    (SELECT o.provider_id, min(r.id) AS first
                        FROM requests r JOIN orders o ON o.id = r.order_id
                        WHERE r.state <> 'ended' AND \(condition) GROUP BY +o.provider_id) open
                    JOIN requests r ON r.id = open.first
                    JOIN providers p ON p.id = open.provider_id
                """
        ).compactMap { row in
            guard isOld(row["created_at"], by: patience) else { return nil }
            return Standstill(
                kind: kind, subject: row["name"], provider: row["id"], oldest: row["request"])
        }
    }

    private func statusFiles() throws -> [Standstill] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT user_id, min(sequence) AS first, min(at) AS at FROM status_files
                WHERE content IS NOT NULL GROUP BY user_id
                """
        ).compactMap { row in
            guard isOld(row["at"]) else { return nil }
            return Standstill(
                kind: .statusFilesUnwritten, subject: row["user_id"], provider: nil,
                oldest: row["first"])
        }
    }

    private func isOld(_ moment: Timestamp?, by seconds: Int = Alarm.patience) -> Bool {
        moment?.isOlder(than: seconds, at: now) ?? false
    }
}
