import GRDB
import Money
import Tables
import Timestamps

/// An order that is with a provider, or has ended there, as far as judging his next answer needs to
/// know.
package struct FollowedOrder: Sendable {
    package let id: OrderID
    /// `placed`, or how it ended.
    package let state: OrderState
    package let providerOrder: String
    /// As it was sold.
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

    /// The row at which `due` stands.
    fileprivate init(row due: Row) {
        id = OrderID(due.integer(0)!)
        providerOrder = due.text(1)!
        typeName = due.text(2)!
        charge = Amount(micros: due.integer(3)!)
        billedUnits = due.integer(4)!
        quantity = due.integer(5)
        parameters = due.text(6)
        status = due.text(7)
        startCount = due.integer(8)
        remains = due.integer(9)
        placedAt = Timestamp(milliseconds: due.integer(10)!)
        changedAt = Timestamp(milliseconds: due.integer(11)!)
        state = OrderState(rawValue: due.text(12)!)!
        cost = Amount(micros: due.integer(13)!)
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
            let open = try Self.due(db, "o.state = 'placed'", of: provider, limit, at: moment)
            guard open.count < limit else { return open }
            return open
                + (try Self.due(
                    db, Self.lookedBackAt, of: provider, limit - open.count,
                    at: lookBack ?? moment))
        }
    }

    private static func due(
        _ db: any Connection, _ states: String, of provider: ProviderID, _ limit: Int,
        at moment: Timestamp
    ) throws -> [FollowedOrder] {
        let due = try db.statement(
            """
            SELECT o.id, o.provider_order, t.type, o.charge, o.billed_units, o.quantity,
                o.parameters, o.status, o.start_count, o.remains, o.placed_at, o.changed_at,
                o.state, o.cost
            FROM orders o JOIN sales t ON t.id = o.sale_id
            WHERE \(states) AND o.provider_id = ?1 AND o.due_at <= ?2
            ORDER BY o.due_at, o.id LIMIT ?3
            """)
        due.bind(1, provider.rawValue)
        due.bind(2, moment.milliseconds)
        due.bind(3, Int64(limit))
        var orders: [FollowedOrder] = []
        while try due.step() { orders.append(FollowedOrder(row: due.row)) }
        return orders
    }

    /// As the index `orders_to_look_back` says it, or SQLite would not use it.
    static let lookedBackAt = """
        o.due_at IS NOT NULL
        AND (o.state = 'completed' OR o.state = 'partial' OR o.state = 'canceled')
        """
}
