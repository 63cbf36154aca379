import GRDB
import Tables
import Timestamps
import Trade

/// What a reseller asks about an order that a provider has.
package enum RequestKind: String, CaseIterable, Sendable, DatabaseValueConvertible, Column {
    case refill, cancel
}

/// A refill or a cancel that is on its way to a provider.
package struct DueRequest: Sendable {
    package let id: RequestID
    package let order: OrderID
    /// The provider's id of the order.
    package let providerOrder: String
    /// The provider's id of the refill, once it gave one.
    package let providerRequest: String?
    /// Whether it may have heard of it before, because an answer was lost: that it refuses it now
    /// may mean that it took it then.
    package let isRepeated: Bool
    /// How many answers passed over it.
    package let unanswered: Int
    package let createdAt: Timestamp
}

/// What became of a request, as far as is known.
package struct RequestNews: Sendable {
    package enum Content: Equatable, Sendable {
        /// The provider took it; of a refill, `refill` can be asked about from `followAt`.
        case sent(refill: String?, followAt: Timestamp)
        /// It did not reach him, or he said "not now": again from `due`.
        case postponed(until: Timestamp)
        /// It is over, in this way.
        case ended(RequestStatus)
        /// It may have reached the provider. A refill is never asked for twice; a cancel may be,
        /// for a day.
        case unknown(evidence: String, due: Timestamp)
        /// The provider answered, and not about it. Such a cancel is asked once more, alone.
        case passedOver(evidence: String, due: Timestamp)
    }

    package let request: RequestID
    package let content: Content
    /// What the operator should look at.
    package var exception: LedgerException?

    package init(_ request: RequestID, _ content: Content) {
        self.request = request
        self.content = content
    }
}

extension Ledger {
    /// The due requests of a kind, by the provider that has their order, the longest due first.
    ///
    /// Looked up once a run: what one provider has due costs the others nothing.
    package func dueRequests(
        _ kind: RequestKind, at now: Timestamp
    ) throws -> [ProviderID: [RequestID]] {
        try read { db in
            var due: [ProviderID: [RequestID]] = [:]
            let rows = try GRDB.Row.fetchCursor(
                db.grdb,
                sql: """
                    SELECT o.provider_id, r.id FROM requests r JOIN orders o ON o.id = r.order_id
                    WHERE r.state <> 'ended' AND \(Self.isDue) ORDER BY r.due_at, r.id
                    """, arguments: [now, kind])
            while let row = try rows.next() { due[row[0], default: []].append(row[1]) }
            return due
        }
    }

    /// Claims requests that are still due: from here on they are `sending`.
    ///
    /// A refill that a run left `sending` is not claimed again: `endUnansweredRefills` ends it.
    package func claimRequests(
        _ kind: RequestKind, _ requests: some Collection<RequestID>, at now: Timestamp
    ) throws -> [DueRequest] {
        try commit { db in
            try requests.compactMap { id in
                let row = try db.grdb.cachedStatement(
                    sql: """
                        SELECT r.id, r.order_id, o.provider_order, r.provider_request, r.unanswered,
                            r.created_at, r.state = 'sending' OR r.status IS NOT NULL AS is_repeated
                        FROM requests r JOIN orders o ON o.id = r.order_id
                        WHERE r.id = ?3 AND r.state <> 'ended' AND \(Self.isDue)
                        """
                ).fetchRow([now, kind, id])
                guard let row else { return nil }
                let request = DueRequest(row: row)
                try db.grdb.execute(
                    literal: """
                        UPDATE requests SET state = 'sending',
                            status = CASE WHEN \(request.isRepeated) THEN 'Pending' ELSE status END
                        WHERE id = \(id)
                        """)
                return request
            }
        }
    }

    /// Whether anything is due to a provider that resellers ask for.
    package func hasDueRequests(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try RequestKind.allCases.contains { try dueRequests($0, at: now)[provider] != nil }
    }

    /// Of a request `r` and its order `o`: that it is of the kind ?2 and due at ?1.
    private static let isDue = """
        r.state IN ('accepted', CASE WHEN r.kind = 'cancel' THEN 'sending' END)
            AND r.due_at <= ?1 AND r.kind = ?2 AND o.provider_order IS NOT NULL
        """

    /// The refills that a provider took and that are due to be asked about.
    package func dueRefills(
        with provider: ProviderID, limit: Int, at now: Timestamp
    ) throws -> [DueRequest] {
        try read { db in
            try GRDB.Row.fetchAll(
                db.grdb,
                sql: """
                    SELECT r.id, r.order_id, o.provider_order, r.provider_request,
                        r.unanswered, r.created_at, 0 AS is_repeated
                    FROM requests r JOIN orders o ON o.id = r.order_id
                    WHERE r.state <> 'ended' AND r.state = 'sent' AND r.kind = 'refill'
                        AND r.due_at <= ?1 AND o.provider_id = ?2
                        AND r.provider_request IS NOT NULL
                    ORDER BY r.due_at, r.id LIMIT ?3
                    """, arguments: [now, provider, limit]
            ).map(DueRequest.init(row:))
        }
    }

    /// Ends what a run of dispatch left between sending and answer: whether the provider refills is
    /// for a person to ask. The caller holds the lock of dispatch. Returns how many there were.
    package func endUnansweredRefills(at now: Timestamp) throws -> Int {
        let unanswered = """
            SELECT id FROM requests WHERE state <> 'ended' AND state = 'sending' AND kind = 'refill'
            """
        let found = try read { try RequestID.fetchAll($0.grdb, sql: unanswered) }
        guard !found.isEmpty else { return 0 }
        try record(
            found.map {
                RequestNews(
                    $0,
                    .unknown(
                        evidence: "the run that sent it ended without an answer", due: now))
            }, at: now)
        return found.count
    }

    /// Writes down what became of requests, in one commit.
    package func record(_ news: [RequestNews], at now: Timestamp) throws {
        guard !news.isEmpty else { return }
        try commit { db in
            for item in news { try Self.note(item, db, at: now) }
        }
    }

    private static func note(_ news: RequestNews, _ db: any Connection, at now: Timestamp) throws {
        switch news.content {
        case .sent(let refill, let followAt):
            try db.grdb.execute(
                literal: """
                    UPDATE requests SET state = 'sent', status = 'Pending',
                        provider_request = \(refill), due_at = \(followAt)
                    WHERE id = \(news.request) AND state <> 'ended'
                    """)
        case .postponed(let due):
            // Back where it came from: a refill that was taken stays taken.
            try db.grdb.execute(
                literal: """
                    UPDATE requests SET due_at = \(due),
                        state = CASE state WHEN 'sending' THEN 'accepted' ELSE state END
                    WHERE id = \(news.request) AND state <> 'ended'
                    """)
        case .ended(let status):
            try end(news.request, as: status, db, at: now)
        case .unknown(let evidence, let due):
            try doubt(news.request, evidence, due: due, db, at: now)
        case .passedOver(let evidence, let due):
            try db.grdb.execute(
                literal:
                    "UPDATE requests SET unanswered = unanswered + 1 WHERE id = \(news.request)")
            try doubt(news.request, evidence, due: due, db, at: now)
        }
        if let exception = news.exception {
            let order = try OrderID.fetchOne(
                db.grdb, sql: "SELECT order_id FROM requests WHERE id = ?",
                arguments: [news.request])
            try raise(exception, order: order, provider: nil, db, at: now)
        }
    }

    /// How many answers may pass over a cancel: one in a list, and one about it alone.
    private static let mostPassedOver = 2
    /// How long a cancel is asked again and again before the operator is told, and before it ends,
    /// in seconds.
    private static let cancelPatience = 3_600
    private static let cancelLimit = 86_400

    private static func doubt(
        _ id: RequestID, _ evidence: String, due: Timestamp, _ db: any Connection, at now: Timestamp
    ) throws {
        let row = try GRDB.Row.fetchOne(
            db.grdb,
            sql: "SELECT kind, order_id, created_at, unanswered FROM requests WHERE id = ?",
            arguments: [id])!
        guard row["kind"] == RequestKind.refill else {
            let since: Timestamp = row["created_at"]
            let isOver =
                row["unanswered"] >= mostPassedOver || now > since.adding(seconds: cancelLimit)
            if isOver || now > since.adding(seconds: cancelPatience) {
                try raise(
                    LedgerException(
                        .cancelUnanswered,
                        "the provider was asked to cancel it and does not say whether it will "
                            + "(\(evidence)); the order is followed, and money moves by its status "
                            + "alone; ask the provider"), order: row["order_id"], provider: nil, db,
                    at: now)
            }
            if isOver { return try end(id, as: .unknown, db, at: now) }
            // Asking twice to cancel an order cancels it once.
            return try db.grdb.execute(
                literal: """
                    UPDATE requests SET state = 'accepted', status = 'Pending', due_at = \(due)
                    WHERE id = \(id) AND state <> 'ended'
                    """)
        }
        try end(id, as: .unknown, db, at: now)
        try raise(
            LedgerException(
                .refillUnanswered,
                "the provider may refill it or not (\(evidence)); ask it; a refill is never asked for twice"
            ), order: row["order_id"], provider: nil, db, at: now)
    }

    private static func end(
        _ id: RequestID, as status: RequestStatus, _ db: any Connection, at now: Timestamp
    ) throws {
        let ended = try GRDB.Row.fetchOne(
            db.grdb,
            sql: """
                UPDATE requests SET state = 'ended', status = ?2, ended_at = ?3
                WHERE id = ?1 AND state <> 'ended' RETURNING user_id, kind
                """, arguments: [id, status.rawValue, now])
        guard let ended else { return }
        try Changes.note(
            db, ended["user_id"], ended["kind"] == RequestKind.refill ? .refill : .cancel,
            id.rawValue)
    }

    static func hasOpenCancel(_ order: OrderID, _ db: any Connection) throws -> Bool {
        try Bool.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM requests
                        WHERE order_id = ? AND kind = 'cancel' AND state <> 'ended')
                    """), arguments: [order])!
    }

    /// Ends the cancels that were asked for an order that has ended: how, the order's end says.
    static func endCancels(
        of order: OrderID, as state: OrderState, _ db: any Connection, at now: Timestamp
    ) throws {
        let asked = try db.statement(
            """
            SELECT id FROM requests WHERE order_id = ?1 AND kind = 'cancel' AND state <> 'ended'
            """)
        asked.bind(1, order.rawValue)
        var open: [RequestID] = []
        while try asked.step() { open.append(RequestID(asked.integer(0)!)) }
        let status = state == .completed ? RequestStatus.rejected : .completed
        for request in open { try end(request, as: status, db, at: now) }
    }
}

extension DueRequest {
    fileprivate init(row: GRDB.Row) {
        id = row["id"]
        order = row["order_id"]
        providerOrder = row["provider_order"]
        providerRequest = row["provider_request"]
        isRepeated = row["is_repeated"]
        unanswered = row["unanswered"]
        createdAt = row["created_at"]
    }
}
