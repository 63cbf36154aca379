import Tables
import Timestamps
import Trade

/// What a reseller can ask for about an order that a provider has.
package enum RequestKind: String, CaseIterable, Sendable, Column {
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
    /// Whether the provider may have received it before, because an answer was lost. A refusal now
    /// may then mean that the provider took it the first time.
    package let isRepeated: Bool
    /// How many answers left it out.
    package let unanswered: Int
    package let createdAt: Timestamp
}

/// The outcome of a request, if it is known.
package struct RequestNews: Sendable {
    package enum Content: Equatable, Sendable {
        /// The provider took it. A refill can be asked about by its id from `followAt`.
        case sent(refill: String?, followAt: Timestamp)
        /// It did not reach the provider, or the provider said "not now": send it again at `until`.
        case postponed(until: Timestamp)
        /// It is over, in this way.
        case ended(RequestStatus)
        /// It may have reached the provider. A refill is never asked for twice; a cancel may be
        /// asked for again, for a day.
        case unknown(evidence: String, due: Timestamp)
        /// The provider's answer left it out. A cancel is then asked for once more, alone.
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
    /// Looked up once a run, so that what is due to one provider costs the others nothing.
    package func dueRequests(
        _ kind: RequestKind, at now: Timestamp
    ) throws -> [ProviderID: [RequestID]] {
        try read { db in
            var due: [ProviderID: [RequestID]] = [:]
            let rows = try db.statement(
                """
                SELECT o.provider_id, r.id FROM requests r JOIN orders o ON o.id = r.order_id
                WHERE r.state <> 'ended' AND \(Self.isDue) ORDER BY r.due_at, r.id
                """)
            rows.bind(1, now)
            rows.bind(2, kind)
            while try rows.step() { due[try rows.row[0], default: []].append(try rows.row[1]) }
            return due
        }
    }

    /// Marks requests that are still due as `sending`, and returns them.
    ///
    /// A refill that a run left `sending` is not sent again: `endUnansweredRefills` ends it.
    package func startSending(
        _ kind: RequestKind, _ requests: some Collection<RequestID>, at now: Timestamp
    ) throws -> [DueRequest] {
        try commit { db in
            let found = try db.statement(
                """
                SELECT r.id, r.order_id, o.provider_order, r.provider_request,
                    r.state = 'sending' OR r.status IS NOT NULL, r.unanswered, r.created_at
                FROM requests r JOIN orders o ON o.id = r.order_id
                WHERE r.id = ?3 AND r.state <> 'ended' AND \(Self.isDue)
                """)
            return try requests.compactMap { id in
                found.bind(1, now)
                found.bind(2, kind)
                found.bind(3, id)
                guard let request = try found.first(DueRequest.init(row:)) else { return nil }
                try db.run(
                    """
                    UPDATE requests SET state = 'sending',
                        status = CASE WHEN \(request.isRepeated)
                            THEN \(RequestStatus.pending.rawValue) ELSE status END
                    WHERE id = \(id)
                    """)
                return request
            }
        }
    }

    /// Whether any request is due to a provider.
    package func hasDueRequests(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try RequestKind.allCases.contains { try dueRequests($0, at: now)[provider] != nil }
    }

    /// SQL for whether a request `r` with the order `o` is of the kind ?2 and due at ?1.
    private static let isDue = """
        r.state IN ('accepted', CASE WHEN r.kind = 'cancel' THEN 'sending' END)
            AND r.due_at <= ?1 AND r.kind = ?2 AND o.provider_order IS NOT NULL
        """

    /// The refills that a provider took and that are due to be asked about.
    package func dueRefills(
        with provider: ProviderID, limit: Int, at now: Timestamp
    ) throws -> [DueRequest] {
        try read { db in
            try db.all(
                """
                SELECT r.id, r.order_id, o.provider_order, r.provider_request, 0, r.unanswered,
                    r.created_at
                FROM requests r JOIN orders o ON o.id = r.order_id
                WHERE r.state <> 'ended' AND r.state = 'sent' AND r.kind = 'refill'
                    AND r.due_at <= \(now) AND o.provider_id = \(provider)
                    AND r.provider_request IS NOT NULL
                ORDER BY r.due_at, r.id LIMIT \(limit)
                """, DueRequest.init(row:))
        }
    }

    /// Ends the refills that a run of dispatch left between sending and answer: a person must ask
    /// whether the provider refills. The caller holds the lock of dispatch.
    ///
    /// - Returns: how many there were.
    package func endUnansweredRefills(at now: Timestamp) throws -> Int {
        let found: [RequestID] = try read { db in
            try db.values(
                """
                SELECT id FROM requests
                WHERE state <> 'ended' AND state = 'sending' AND kind = 'refill'
                """)
        }
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

    /// Records the outcomes of requests, in one commit.
    package func record(_ news: [RequestNews], at now: Timestamp) throws {
        guard !news.isEmpty else { return }
        try commit { db in
            for item in news { try Self.record(item, db, at: now) }
        }
    }

    private static func record(
        _ news: RequestNews, _ db: any Connection, at now: Timestamp
    ) throws {
        switch news.content {
        case .sent(let refill, let followAt):
            try db.run(
                """
                UPDATE requests SET state = 'sent', status = \(RequestStatus.pending.rawValue),
                    provider_request = \(refill), due_at = \(followAt)
                WHERE id = \(news.request) AND state <> 'ended'
                """)
        case .postponed(let due):
            // Back to where it came from: a refill that the provider took stays taken.
            try db.run(
                """
                UPDATE requests SET due_at = \(due),
                    state = CASE state WHEN 'sending' THEN 'accepted' ELSE state END
                WHERE id = \(news.request) AND state <> 'ended'
                """)
        case .ended(let status):
            try end(news.request, as: status, db, at: now)
        case .unknown(let evidence, let due):
            try doubt(news.request, evidence, due: due, db, at: now)
        case .passedOver(let evidence, let due):
            try db.run(
                "UPDATE requests SET unanswered = unanswered + 1 WHERE id = \(news.request)")
            try doubt(news.request, evidence, due: due, db, at: now)
        }
        if let exception = news.exception {
            let order: OrderID? = try db.value(
                "SELECT order_id FROM requests WHERE id = \(news.request)")
            try raise(exception, order: order, provider: nil, db, at: now)
        }
    }

    /// How many answers may leave out a cancel: one to a list, and one about it alone.
    private static let mostPassedOver = 2
    /// How long a cancel is asked for again before that is reported to the operator, in
    /// seconds.
    private static let cancelPatience = 3_600
    /// How long a cancel is asked for again before it ends, in seconds.
    private static let cancelLimit = 86_400

    private static func doubt(
        _ id: RequestID, _ evidence: String, due: Timestamp, _ db: any Connection,
        at now: Timestamp
    ) throws {
        let request = try db.one(
            "SELECT kind, order_id, created_at, unanswered FROM requests WHERE id = \(id)"
        ) { row -> (kind: RequestKind, order: OrderID, since: Timestamp, unanswered: Int) in
            (try row[0], try row[1], try row[2], try row[3])
        }
        guard request.kind == .cancel else {
            try end(id, as: .unknown, db, at: now)
            return try raise(
                LedgerException(
                    .refillUnanswered,
                    "the provider may refill it or not (\(evidence)); ask it; a refill is never "
                        + "asked for twice"),
                order: request.order, provider: nil, db, at: now)
        }
        let isOver =
            request.unanswered >= mostPassedOver || now > request.since.adding(seconds: cancelLimit)
        if isOver || now > request.since.adding(seconds: cancelPatience) {
            try raise(
                LedgerException(
                    .cancelUnanswered,
                    "the provider was asked to cancel it and does not say whether it will "
                        + "(\(evidence)); the order is followed, and money moves by its status "
                        + "alone; ask the provider"),
                order: request.order, provider: nil, db, at: now)
        }
        if isOver { return try end(id, as: .unknown, db, at: now) }
        // Asking twice to cancel an order cancels it once.
        try db.run(
            """
            UPDATE requests SET state = 'accepted', status = \(RequestStatus.pending.rawValue),
                due_at = \(due)
            WHERE id = \(id) AND state <> 'ended'
            """)
    }

    private static func end(
        _ id: RequestID, as status: RequestStatus, _ db: any Connection, at now: Timestamp
    ) throws {
        let open: (user: UserID, kind: RequestKind)? = try db.first(
            "SELECT user_id, kind FROM requests WHERE id = \(id) AND state <> 'ended'"
        ) { (try $0[0], try $0[1]) }
        guard let open else { return }
        try db.run(
            """
            UPDATE requests SET state = 'ended', status = \(status.rawValue), ended_at = \(now)
            WHERE id = \(id)
            """)
        try Changes.note(db, open.user, open.kind == .refill ? .refill : .cancel, id.rawValue)
    }

    static func hasOpenCancel(_ order: OrderID, _ db: any Connection) throws -> Bool {
        try db.one(
            """
            SELECT EXISTS (SELECT 1 FROM requests
                WHERE order_id = \(order) AND kind = 'cancel' AND state <> 'ended')
            """)
    }

    /// Ends the open cancels of an order that has ended; the end of the order says how.
    static func endCancels(
        of order: OrderID, as state: OrderState, _ db: any Connection, at now: Timestamp
    ) throws {
        let asked = try db.statement(
            """
            SELECT id FROM requests WHERE order_id = ?1 AND kind = 'cancel' AND state <> 'ended'
            """)
        asked.bind(1, order)
        var open: [RequestID] = []
        while try asked.step() { open.append(try asked.row[0]) }
        let status = state == .completed ? RequestStatus.rejected : .completed
        for request in open { try end(request, as: status, db, at: now) }
    }
}

extension DueRequest {
    fileprivate init(row: Row) throws {
        id = try row[0]
        order = try row[1]
        providerOrder = try row[2]
        providerRequest = try row[3]
        isRepeated = try row[4]
        unanswered = try row[5]
        createdAt = try row[6]
    }
}
