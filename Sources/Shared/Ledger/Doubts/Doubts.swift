import Tables
import Timestamps

/// An order in doubt, with everything needed to look for it at its provider.
package struct Doubt: Sendable {
    package let order: OrderID
    /// The provider's id of the service.
    package let providerService: String
    package let link: String?
    package let quantity: Int64?
    package let billedUnits: Int64
    /// The parameters besides link and quantity, as a JSON object.
    package let parameters: String?
    /// If it was sent, it was sent between these.
    package let sentFrom, sentUntil: Timestamp
    /// Whether the clock was right then, to the best of our knowledge. If not, we know only that
    /// the order was sent before `sentUntil`.
    package let isTimeKnown: Bool
    /// Whether it was sent soon after the clock jumped. The clock may have been wrong from then on,
    /// so an order that the provider dates differently may still be this one.
    package let isAfterJump: Bool
    /// The desk's decision about it, while that waits for the provider.
    package let decision: PendingDecision?
}

/// What a provider's answer says about an order in doubt.
package struct DoubtNews: Sendable {
    package enum Content: Equatable, Sendable {
        /// The provider has it under this id: the provider's own list proves it.
        case found(providerOrder: String, evidence: String)
        /// The desk's decision is right.
        case believed(because: String)
        /// The desk's decision is wrong; the order stays in doubt.
        case contradicted(because: String)
        /// Nothing is proven. The evidence is what was seen, if it is worth keeping.
        case open(evidence: String?)
    }

    package let order: OrderID
    package let content: Content
    /// The decision that the answer was checked against; a later decision needs a later answer.
    package let decision: Int64?
    /// When to ask again about a decision that still waits.
    package let askAgain: Timestamp

    package init(of doubt: Doubt, _ content: Content, askAgain: Timestamp) {
        order = doubt.order
        decision = doubt.decision?.id
        self.content = content
        self.askAgain = askAgain
    }
}

extension Ledger {
    /// How long a decision waits for its provider before it is reported to the operator, in
    /// seconds.
    static let decisionPatience = 86_400

    /// The orders that this provider may or may not have, the oldest first.
    package func doubts(with provider: ProviderID) throws -> [Doubt] {
        try read { db in
            try db.all(
                """
                SELECT o.id, t.provider_service, o.link, o.quantity, o.billed_units, o.parameters,
                    a.started_at, a.ended_at, (\(raw: Self.distrusted)),
                    EXISTS (SELECT 1 FROM clock_jumps WHERE a.started_at
                        BETWEEN became AND became + \(Self.afterJump)),
                    \(raw: PendingDecision.columns)
                FROM orders o
                    JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                    JOIN sales t ON t.id = coalesce(o.purchase_id, o.sale_id)
                    LEFT JOIN decisions d ON d.order_id = o.id AND d.state = 'pending'
                WHERE o.state = 'in_doubt' AND a.provider_id = \(provider)
                ORDER BY o.id
                """
            ) { row in
                let (started, ended): (Timestamp, Timestamp) = (try row[6], try row[7])
                let distrustedUntil: Timestamp? = try row[8]
                return Doubt(
                    order: try row[0], providerService: try row[1], link: try row[2],
                    quantity: try row[3], billedUnits: try row[4], parameters: try row[5],
                    sentFrom: distrustedUntil == nil
                        ? min(started, ended) : Timestamp(milliseconds: 0),
                    sentUntil: distrustedUntil ?? ended, isTimeKnown: distrustedUntil == nil,
                    isAfterJump: try row[9],
                    decision: row.isNull(10) ? nil : try PendingDecision(row, from: 10))
            }
        }
    }

    /// How long a clock may be wrong after a jump, until a person corrects it, in milliseconds.
    private static let afterJump = 30 * 86_400_000

    /// SQL for the latest moment at which an attempt `a` was made, if its own times may be wrong:
    /// it was made before the clock jumped, or after the clock went back by so little that its
    /// correction was not noted as a jump.
    private static let distrusted = """
        SELECT CASE WHEN a.id <= last_attempt THEN became ELSE was END FROM clock_jumps
        WHERE a.id <= last_attempt
            OR (was > became AND was - became < \(ClockJump.longSilence * 1_000)
                AND a.started_at < was)
        ORDER BY id DESC LIMIT 1
        """

    /// Which of a provider's ids belong to our orders, and whether any of its ids does.
    package func known(
        among ids: [String], with provider: ProviderID
    ) throws -> (ids: Set<String>, isAny: Bool) {
        try read { db in
            let attempts = Attempts(db)
            let known = try ids.filter { try attempts.holder(of: $0, with: provider) != nil }
            let isAny: Bool = try db.one(
                """
                SELECT EXISTS (SELECT 1 FROM orders
                    WHERE provider_id = \(provider) AND provider_order IS NOT NULL)
                """)
            return (Set(known), isAny)
        }
    }

    /// The most doubts that one commit records, because nothing else can write in the meantime.
    static let doubtsPerCommit = 500

    /// Records what was learned about orders in doubt, and moves those that are no longer in doubt.
    ///
    /// A later run learns again whatever is not recorded before `isOver` says that the time is up.
    ///
    /// Returns how many orders are no longer in doubt.
    ///
    /// `inquiryDue`: when to ask the provider for its list again; nil leaves it.
    package func record(
        _ news: [DoubtNews], of provider: ProviderID, inquiryDue: Timestamp? = nil,
        at now: Timestamp, until isOver: () -> Bool
    ) throws -> Int {
        var resolved = 0
        var rest = news[...]
        repeat {
            let portion = rest.prefix(Self.doubtsPerCommit)
            rest = rest.dropFirst(portion.count)
            resolved += try record(
                Array(portion), of: provider, inquiryDue: rest.isEmpty ? inquiryDue : nil, at: now)
        } while !rest.isEmpty && !isOver()
        return resolved
    }

    /// The same in one commit.
    package func record(
        _ news: [DoubtNews], of provider: ProviderID, inquiryDue: Timestamp? = nil,
        at now: Timestamp
    ) throws -> Int {
        try commit(at: now) { db, postings in
            if let inquiryDue {
                try db.run(
                    "UPDATE providers SET inquiry_due = \(inquiryDue) WHERE id = \(provider)")
            }
            let moves = OrderMoves(db, postings, at: now)
            let resolving = Resolving(
                db: db, decisions: Decisions(db: db, moves: moves, now: now), now: now)
            return try news.count { try resolving.resolves($0) }
        }
    }
}
