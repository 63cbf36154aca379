import Money
import Tables
import Timestamps

/// An order that is with a provider or has ended there, with what judging the next answer needs.
package struct FollowedOrder: Sendable {
    package let id: OrderID
    /// Whose order it is.
    let user: UserID
    /// `placed`, or how it ended.
    package let state: OrderState
    package let providerOrder: String
    /// The kind of order, as it was sold.
    package let typeName: String
    package let charge: Amount
    /// Its cost to us, in the house currency.
    package let cost: Amount
    package let billedUnits: Int64
    package let quantity: Int64?
    /// The parameters of its type besides link and quantity, as a JSON object.
    package let parameters: String?
    /// The provider's last word for its status.
    package let status: String?
    /// The start count that the provider last reported.
    package let startCount: Int64?
    /// The remaining units that the provider last reported.
    package let remains: Int64?
    package let placedAt: Timestamp
    /// When the provider last reported something new.
    package let changedAt: Timestamp

    fileprivate static let columns = """
        o.id, o.provider_order, t.type, o.charge, o.billed_units, o.quantity, o.parameters,
        o.status, o.start_count, o.remains, o.placed_at, o.changed_at, o.state, o.cost, o.user_id
        """

    fileprivate init(_ row: Row) throws {
        id = try row[0]
        providerOrder = try row[1]
        typeName = try row[2]
        charge = try row[3]
        billedUnits = try row[4]
        quantity = try row[5]
        parameters = try row[6]
        status = try row[7]
        startCount = try row[8]
        remains = try row[9]
        placedAt = try row[10]
        changedAt = try row[11]
        state = try row[12]
        cost = try row[13]
        user = try row[14]
    }
}

extension Ledger {
    /// The orders of a provider that are due to be asked about: first those it has, longest due
    /// first, then those that ended a while ago and are looked back at.
    ///
    /// - Parameters:
    ///   - provider: the provider.
    ///   - limit: the most orders to return.
    ///   - moment: until when orders count as due.
    ///   - lookBack: until when ended orders count as due; by default the same moment.
    /// - Returns: the orders.
    /// - Throws: `StoreError`.
    package func dueToFollow(
        with provider: ProviderID, limit: Int, at moment: Timestamp,
        lookingBackAt lookBack: Timestamp? = nil
    ) throws -> [FollowedOrder] {
        try read { db in
            let open = try Self.due(db, Self.openDue, of: provider, limit, at: moment)
            guard open.count < limit else { return open }
            return open
                + (try Self.due(
                    db, Self.endedDue, of: provider, limit - open.count, at: lookBack ?? moment))
        }
    }

    private static let openDue = dueOrders("o.state = 'placed'")
    private static let endedDue = dueOrders(DueDate.isToLookBack)

    private static func dueOrders(_ condition: String) -> String {
        """
        SELECT \(FollowedOrder.columns) FROM orders o JOIN sales t ON t.id = o.sale_id
        WHERE \(condition) AND o.provider_id = ?1 AND o.due_at <= ?2
        ORDER BY o.due_at, o.id LIMIT ?3
        """
    }

    private static func due(
        _ db: any Connection, _ text: String, of provider: ProviderID, _ limit: Int,
        at moment: Timestamp
    ) throws -> [FollowedOrder] {
        let due = try db.statement(text)
        due.bind(1, provider)
        due.bind(2, moment)
        due.bind(3, limit)
        var orders: [FollowedOrder] = []
        while try due.step() { orders.append(try FollowedOrder(due.row)) }
        return orders
    }
}
