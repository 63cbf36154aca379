import Money
import Tables

/// An order that waits to be sent, with everything needed to choose a place for it.
///
/// `OrderRow` is the same order, read to be moved with its money. This one is read for each order
/// that a run looks at, so it reads nothing of the sale.
struct WaitingOrder {
    let id: OrderID
    /// The service that was ordered.
    let service: ServiceID
    /// The service that it is bought as: the one ordered, or a backup of it.
    let bought: ServiceID
    /// The terms on which it was sold.
    let sale: SaleID
    /// The terms on which it is bought, if that is from a backup.
    let purchase: SaleID?
    let link: String?
    let quantity: Int64?
    let parameters: String?
    let billedUnits: Int64
    let charge: Amount
    /// How many attempts were made.
    let attempts: Int

    /// The columns that `init` reads of orders `o`, by position.
    static let columns = """
        o.id, o.service_id, coalesce(o.bought_service_id, o.service_id), o.link, o.quantity,
        o.parameters, o.billed_units, o.charge,
        (SELECT count(*) FROM attempts a WHERE a.order_id = o.id), o.sale_id, o.purchase_id
        """

    init(_ row: Row) throws {
        id = try row[0]
        service = try row[1]
        bought = try row[2]
        link = try row[3]
        quantity = try row[4]
        parameters = try row[5]
        billedUnits = try row[6]
        charge = try row[7]
        attempts = try row[8]
        sale = try row[9]
        purchase = try row[10]
    }

    /// Reads an order.
    ///
    /// - Throws: `StoreError`, also if no order has that number.
    static func fetch(_ db: any Connection, _ id: OrderID) throws -> WaitingOrder {
        try db.one("SELECT \(raw: columns) FROM orders o WHERE o.id = \(id)", WaitingOrder.init)
    }
}
