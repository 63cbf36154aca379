import Identity
import Money
import Tables
import Timestamps
import Trade

/// An order as its reseller sees it.
package struct OwnOrder: Sendable {
    package let id: OrderID
    package let ref: String
    package let service: ServiceID
    /// The kind of order that was sold; nil if it is not sold any more.
    package let type: OrderType?
    package let link: String?
    /// The key by which the link is compared.
    package let linkKey: String?
    package let quantity: Int64?
    /// The parameters besides link and quantity, as a JSON object; nil if there are none.
    package let parameters: String?
    package let billedUnits: Int64
    package let charge: Amount
    package let refunded: Amount
    package let state: OrderState
    /// The provider's last word.
    package let lastWord: String?
    package let startCount: Int64?
    /// What remains of it, as the provider said last.
    package let remains: Int64?
    package let createdAt: Timestamp

    /// The order's status as resellers read it.
    package var status: OrderStatus { state.status(lastWord: lastWord) }

    /// The order's charge, less refunds. A refund is never more than the charge.
    package var netCharge: Amount { Amount(micros: charge.micros - refunded.micros) }

    init(_ row: Row) throws {
        id = try row[0]
        ref = try row[1]
        service = try row[2]
        type = try OrderType.named(row[3])
        link = try row[4]
        linkKey = try row[5]
        quantity = try row[6]
        parameters = try row[7]
        billedUnits = try row[8]
        charge = try row[9]
        refunded = try row[10]
        state = try row[11]
        lastWord = try row[12]
        startCount = try row[13]
        remains = try row[14]
        createdAt = try row[15]
    }

    static let columns = """
        o.id, o.ref, o.service_id, coalesce(n.type, ''), o.link, coalesce(o.link_key, o.link),
            o.quantity, o.parameters, o.billed_units, o.charge, o.refunded, o.state, o.status,
            o.start_count, o.remains, o.created_at
        FROM orders o LEFT JOIN sales n ON n.id = o.sale_id
        """
}

/// A refill as its reseller sees it.
package struct OwnRefill: Sendable {
    package let id: RequestID
    package let order: OrderID
    /// Nil while it waits to be sent.
    package let status: RequestStatus?
}

extension ResellerView {
    /// One of the reseller's orders; nil if they have none of that number.
    ///
    /// - Throws: `StoreError`.
    package func order(_ id: OrderID) throws -> OwnOrder? {
        let found = try db.statement(
            "SELECT \(OwnOrder.columns) WHERE o.id = ?1 AND o.user_id = ?2")
        return try found.bound(to: id, user).first(OwnOrder.init)
    }

    /// The order to which the reseller gave a reference, however that is spelled; nil if there is
    /// none.
    ///
    /// - Throws: `StoreError`.
    package func order(ref: String) throws -> OwnOrder? {
        let found = try db.statement(
            "SELECT \(OwnOrder.columns) WHERE o.user_id = ?1 AND o.ref = ?2")
        return try found.bound(to: user, asFirstWritten(ref)).first(OwnOrder.init)
    }

    /// One of the reseller's refills; nil if they have none of that number.
    ///
    /// - Throws: `StoreError`.
    package func refill(_ id: RequestID) throws -> OwnRefill? {
        try refill(where: "id = \(id)")
    }

    /// The refill to which the reseller gave a reference; nil if there is none.
    ///
    /// - Throws: `StoreError`.
    package func refill(ref: String) throws -> OwnRefill? {
        try refill(where: "ref = \(asFirstWritten(ref))")
    }

    /// The refill of an order that has not ended; nil if there is none.
    ///
    /// - Throws: `StoreError`.
    package func openRefill(of order: OrderID) throws -> OwnRefill? {
        try refill(where: "order_id = \(order) AND state <> 'ended'")
    }

    private func refill(where condition: SQL) throws -> OwnRefill? {
        try db.first(
            """
            SELECT id, order_id, status FROM requests
            WHERE \(condition) AND user_id = \(user) AND kind = 'refill'
            """
        ) { row in
            let word: String? = try row[2]
            return OwnRefill(
                id: try row[0], order: try row[1],
                status: word.flatMap(RequestStatus.init(rawValue:)))
        }
    }

    private func asFirstWritten(_ ref: String) throws -> String {
        try References.asFirstWritten(
            db, user, Spelling(ofName: ref),
            hasSpellings: Identities.hasSpellings(db, user.rawValue))
    }
}
