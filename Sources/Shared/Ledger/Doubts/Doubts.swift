import GRDB
import Tables
import Timestamps

/// An order in doubt, as far as finding it with its provider needs to know.
package struct Doubt: Sendable {
    package let order: OrderID
    /// The provider's id of the service that it was sent for.
    package let providerService: String
    package let link: String?
    package let quantity: Int64?
    package let billedUnits: Int64
    /// What its type takes besides link and quantity, as a JSON object.
    package let parameters: String?
    /// Between these it was sent, if it was.
    package let sentFrom, sentUntil: Timestamp
    /// Whether that is so by a clock that was right then, as far as anybody knows: else it was sent
    /// before `sentUntil`, and nothing more is known.
    package let isTimeKnown: Bool
    /// Whether it was sent soon after the clock jumped. The clock may have been wrong from then on, so
    /// a row that its provider dates otherwise may still be this order.
    package let isAfterJump: Bool
    /// What the desk says about it, while that waits for the provider.
    package let decision: PendingDecision?
}

/// What a provider's answer says about an order in doubt.
package struct DoubtNews: Sendable {
    package enum Content: Equatable, Sendable {
        /// He has it under this id: his own list proves it.
        case found(providerOrder: String, evidence: String)
        /// What the desk decided is so.
        case believed(because: String)
        /// What the desk decided is not so; the order stays in doubt.
        case contradicted(because: String)
        /// Nothing is proven; what was seen, if it is worth keeping.
        case open(evidence: String?)
    }

    package let order: OrderID
    package let content: Content
    /// The decision that was looked at; a later one is judged by later answers.
    package let decision: Int64?
    /// When a decision that still waits is looked at again.
    package let askAgain: Timestamp

    package init(of doubt: Doubt, _ content: Content, askAgain: Timestamp) {
        order = doubt.order
        decision = doubt.decision?.id
        self.content = content
        self.askAgain = askAgain
    }
}

extension Ledger {
    /// How long a decision waits for its provider before the operator is told, in seconds.
    static let decisionPatience = 86_400

    /// The orders of which nobody knows whether this provider has them, oldest first.
    package func doubts(with provider: ProviderID) throws -> [Doubt] {
        try read { db in
            try GRDB.Row.fetchAll(
                db.grdb.cachedStatement(
                    sql: """
                        SELECT o.id AS doubt, t.provider_service, o.link, o.quantity,
                            o.billed_units, o.parameters,
                            min(a.started_at, a.ended_at) AS sent_from, a.ended_at AS sent_until,
                            d.id, d.outcome, d.provider_order, d.person, d.created_at, d.due_at,
                            (\(Self.distrusted)) AS distrusted_until,
                            EXISTS (SELECT 1 FROM clock_jumps WHERE a.started_at
                                BETWEEN became AND became + \(Self.afterJump)) AS is_after_jump
                        FROM orders o
                            JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                            JOIN sales t ON t.id = coalesce(o.purchase_id, o.sale_id)
                            LEFT JOIN decisions d ON d.order_id = o.id AND d.state = 'pending'
                        WHERE o.state = 'in_doubt' AND a.provider_id = ?1
                        ORDER BY o.id
                        """), arguments: [provider]
            ).map { row in
                let distrustedUntil: Timestamp? = row["distrusted_until"]
                return Doubt(
                    order: row["doubt"], providerService: row["provider_service"],
                    link: row["link"], quantity: row["quantity"],
                    billedUnits: row["billed_units"], parameters: row["parameters"],
                    sentFrom: distrustedUntil == nil
                        ? row["sent_from"] : Timestamp(milliseconds: 0),
                    sentUntil: distrustedUntil ?? row["sent_until"],
                    isTimeKnown: distrustedUntil == nil, isAfterJump: row["is_after_jump"],
                    decision: row["id"] == nil ? nil : PendingDecision(row: row))
            }
        }
    }

    /// How long a clock that jumped may be wrong before somebody has seen to it, in milliseconds.
    private static let afterJump = 30 * 86_400_000

    /// Until when an attempt was made at most, where its own times may be wrong: it was made before the
    /// clock jumped, or after the clock went back by so little that its way ahead again shows nowhere.
    private static let distrusted = """
        SELECT iif(a.id <= last_attempt, became, was) FROM clock_jumps
        WHERE a.id <= last_attempt
            OR (was > became AND was - became < \(ClockJump.longSilence * 1_000)
                AND a.started_at < was)
        ORDER BY id DESC LIMIT 1
        """

    /// Which of a provider's ids our orders have, and whether any has one at all.
    package func claimed(
        among ids: [String], with provider: ProviderID
    ) throws -> (ids: Set<String>, isAny: Bool) {
        try read { db in
            let attempts = Attempts(db)
            let claimed = try ids.filter { try attempts.holder(of: $0, with: provider) != nil }
            let isAny = try Bool.fetchOne(
                db.grdb.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM orders
                            WHERE provider_id = ? AND provider_order IS NOT NULL)
                        """), arguments: [provider])!
            return (Set(claimed), isAny)
        }
    }

    /// How many doubts one commit writes down: meanwhile nobody else can write.
    static let doubtsPerCommit = 500

    /// Writes down what was learnt of orders in doubt, and moves those that are in doubt no more.
    /// Returns how many those are.
    ///
    /// What is not written down before `isOver` says that the time is up is learnt again.
    ///
    /// - Parameter inquiryDue: when the provider is to be asked for its list again; nil leaves it.
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
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET inquiry_due = coalesce(\(inquiryDue), inquiry_due)
                    WHERE id = \(provider)
                    """)
            let moves = OrderMoves(db, postings, at: now)
            let resolving = Resolving(
                db: db, decisions: Decisions(db: db, moves: moves, now: now), now: now)
            return try news.count { try resolving.resolves($0) }
        }
    }
}
