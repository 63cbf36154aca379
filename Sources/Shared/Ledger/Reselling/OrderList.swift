import Tables
import Timestamps
import Trade

/// A part of a reseller's orders, by number.
package struct OrderList: Sendable {
    package let orders: [OwnOrder]
    /// The number after which to go on; nil at the end.
    package let next: OrderID?
}

extension ResellerView {
    /// The most orders of the whole house that one list looks at. It bounds the cost of a list for
    /// a reseller with few orders among many.
    package static let mostLookedAt: Int64 = 50_000

    /// Lists own orders by number. A list may have fewer than `limit`, even none, and not be at the
    /// end.
    ///
    /// - Parameters:
    ///   - cursor: the number after which to begin.
    ///   - status: only orders with this status; nil: all.
    ///   - since: only orders that were taken then or later; nil: all.
    ///   - limit: the most orders.
    /// - Returns: the orders, and where to go on.
    /// - Throws: `StoreError`.
    package func orders(
        after cursor: OrderID, _ status: OrderStatus?, since: Timestamp?, limit: Int
    ) throws -> OrderList {
        let last: Int64 = try db.one("SELECT coalesce(max(id), 0) FROM orders")
        let (end, isOverflow) = cursor.rawValue.addingReportingOverflow(Self.mostLookedAt)
        let bound = isOverflow ? last : min(end, last)
        // The plus keeps SQLite from reading and sorting all orders of the user for each page.
        let rows = try db.statement(
            """
            SELECT \(OwnOrder.columns)
            WHERE o.id > ?1 AND o.id <= ?2 AND +o.user_id = ?3 AND o.created_at >= ?4 ORDER BY o.id
            """)
        rows.bind(1, cursor)
        rows.bind(2, bound)
        rows.bind(3, user)
        rows.bind(4, since ?? Timestamp(milliseconds: 0))
        defer { rows.reset() }
        var orders: [OwnOrder] = []
        while try rows.step() {
            let order = try OwnOrder(rows.row)
            if let status, order.status != status { continue }
            if orders.count == limit {
                return OrderList(orders: orders, next: orders.last?.id)
            }
            orders.append(order)
        }
        return OrderList(orders: orders, next: bound < last ? OrderID(bound) : nil)
    }

    /// The reseller's latest orders, the last one first. None is left out: a client may take an
    /// order that is not among them for one that does not exist.
    ///
    /// - Parameters:
    ///   - limit: the most orders.
    ///   - near: how many of the latest orders of the whole house are looked at first.
    /// - Returns: the orders.
    /// - Throws: `StoreError`.
    package func latestOrders(
        _ limit: Int, near: Int64 = ResellerView.mostLookedAt
    ) throws -> [OwnOrder] {
        let last: Int64 = try db.one("SELECT coalesce(max(id), 0) FROM orders")
        let orders = try db.all(
            """
            SELECT \(raw: OwnOrder.columns)
            WHERE o.id > \(last - near) AND +o.user_id = \(user)
            ORDER BY o.id DESC LIMIT \(limit)
            """, OwnOrder.init)
        if orders.count == limit || last <= near { return orders }
        // The index of references has the numbers of all orders of a user. It is read only where
        // the user's orders are few among those of the house.
        return try db.all(
            """
            SELECT \(raw: OwnOrder.columns)
            WHERE o.id IN (
                SELECT id FROM orders WHERE user_id = \(user) ORDER BY id DESC LIMIT \(limit))
            ORDER BY o.id DESC
            """, OwnOrder.init)
    }
}
