import GRDB
import Money
import Timestamps

/// An order that is with a provider, or has ended there, as far as judging his next answer needs to
/// know.
package struct FollowedOrder: Sendable {
    package let id: OrderID
    /// `placed`, or how it ended.
    package let state: OrderState
    package let providerOrder: String
    package let typeName: String
    package let charge: Amount
    /// What it costs us, in the house currency.
    package let cost: Amount
    package let billedUnits: Int64
    package let quantity: Int64?
    /// What its type takes besides link and quantity, as a JSON object.
    package let parameters: String?
    /// The provider's last word, start count and remains.
    package let status: String?
    package let startCount: Int64?
    package let remains: Int64?
    package let placedAt: Timestamp
    /// When he last told something new.
    package let changedAt: Timestamp

    /// By position: this is read for each order that is asked about, and names are slow to look up.
    fileprivate init(row: Row) {
        id = row[0]
        providerOrder = row[1]
        typeName = row[2]
        charge = row[3]
        billedUnits = row[4]
        quantity = row[5]
        parameters = row[6]
        status = row[7]
        startCount = row[8]
        remains = row[9]
        placedAt = row[10]
        changedAt = row[11]
        state = row[12]
        cost = row[13]
    }
}

/// What an answer, or the lack of one, says about a followed order.
package struct StatusNews: Sendable {
    package var order: OrderID
    /// The provider's word; nil leaves what is known.
    package var status: String?
    package var startCount: Int64?
    package var remains: Int64?
    /// When to ask again; it always moves on. Of no meaning with a settlement.
    package var askAgain: Timestamp
    /// How the order ended, if it did.
    package var settlement: Settlement?
    /// What the provider took for it, if he says.
    package var charged: ProviderCharge?
    /// When he is asked about the order after its end; nil: not again.
    package var lookBack: Timestamp?
    /// Whether it was asked after the order's end: then nothing moves by it.
    package var isLookBack = false
    /// What the operator should look at.
    package var exception: LedgerException?

    package init(order: OrderID, askAgain: Timestamp) {
        self.order = order
        self.askAgain = askAgain
    }
}

extension Ledger {
    /// The orders of a provider that are due to be asked about: those he has, longest due first, and
    /// then those that ended a while ago and are looked back at.
    ///
    /// - Parameters:
    ///   - moment: until when orders count as due.
    ///   - lookBack: the same for those that ended; by default no other moment.
    package func dueToFollow(
        with provider: ProviderID, limit: Int, at moment: Timestamp,
        lookingBackAt lookBack: Timestamp? = nil
    ) throws -> [FollowedOrder] {
        try read { db in
            func due(
                _ states: String, _ limit: Int, at moment: Timestamp
            ) throws -> [FollowedOrder] {
                try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT o.id, o.provider_order, s.type, o.charge, o.billed_units,
                                o.quantity, o.parameters, o.status, o.start_count, o.remains,
                                o.placed_at, o.changed_at, o.state, o.cost
                            FROM orders o JOIN services s ON s.id = o.service_id
                            WHERE \(states) AND o.provider_id = ?1 AND o.due_at <= ?2
                            ORDER BY o.due_at, o.id LIMIT ?3
                            """), arguments: [provider, moment, limit]
                ).map(FollowedOrder.init(row:))
            }
            let open = try due("o.state = 'placed'", limit, at: moment)
            guard open.count < limit else { return open }
            return open + (try due(Self.lookedBackAt, limit - open.count, at: lookBack ?? moment))
        }
    }

    /// As the index `orders_to_look_back` says it, or SQLite would not use it.
    private static let lookedBackAt = """
        o.due_at IS NOT NULL
        AND (o.state = 'completed' OR o.state = 'partial' OR o.state = 'canceled')
        """

    /// Writes down what was learnt, and settles the orders that ended, in one commit.
    ///
    /// An order that is not `placed` any more is left as it is: an ended order never moves by itself.
    /// Returns how many orders ended.
    package func record(_ news: [StatusNews], at now: Timestamp) throws -> Int {
        try commit(at: now) { db, postings in
            var ended = 0
            for item in news {
                guard let order = try OrderRow.fetch(db, item.order),
                    item.isLookBack ? order.state.isEnded : order.state == .placed
                else { continue }
                if let exception = item.exception {
                    try Self.raise(
                        exception, order: order.id, provider: order.provider, db, at: now)
                }
                if item.isLookBack {
                    try Self.setDue(order.id, item.lookBack, db)
                    continue
                }
                try Self.note(item, of: order, db, at: now)
                if let settlement = item.settlement {
                    try OrderMoves(db, postings, at: now).settle(
                        order, as: settlement, charged: item.charged, lookBack: item.lookBack)
                    ended += 1
                }
            }
            return ended
        }
    }

    /// Keeps the provider's words, and that the user is to be told where they are new.
    private static func note(
        _ news: StatusNews, of order: OrderRow, _ db: Database, at now: Timestamp
    ) throws {
        try db.cachedStatement(
            sql: """
                UPDATE orders SET status = coalesce(?2, status),
                    start_count = coalesce(?3, start_count), remains = coalesce(?4, remains),
                    changed_at = ?5
                WHERE id = ?1 AND (status IS NOT coalesce(?2, status)
                    OR start_count IS NOT coalesce(?3, start_count)
                    OR remains IS NOT coalesce(?4, remains))
                """
        ).execute(arguments: [order.id, news.status, news.startCount, news.remains, now])
        if db.changesCount > 0 {
            try Changes.note(db, order.user, .order, order.id.rawValue)
        }
        try setDue(order.id, news.askAgain, db)
    }

    private static func setDue(_ order: OrderID, _ due: Timestamp?, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE orders SET due_at = ?2 WHERE id = ?1")
            .execute(arguments: [order, due])
    }
}
