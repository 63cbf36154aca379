import GRDB
import Money
import Tables

/// An order that is to be sent, as far as choosing where needs to know.
struct WaitingOrder {
    let id: OrderID
    /// Its own.
    let service: ServiceID
    /// What it is bought as: its own, or one of that one's backups.
    let bought: ServiceID
    /// The terms that it was sold on, and those of what it is bought as where that is a backup.
    let sale: SaleID
    let purchase: SaleID?
    let link: String?
    let quantity: Int64?
    let parameters: String?
    let billedUnits: Int64
    let charge: Amount
    /// How many attempts were made.
    let attempts: Int

    /// What is selected of orders `o` for it.
    static let columns = """
        o.id, o.service_id, coalesce(o.bought_service_id, o.service_id), o.link, o.quantity,
        o.parameters, o.billed_units, o.charge,
        (SELECT count(*) FROM attempts a WHERE a.order_id = o.id), o.sale_id, o.purchase_id
        """

    /// By position: this is read for each order that is sent.
    init(_ row: Row) {
        id = OrderID(row.integer(0)!)
        service = ServiceID(row.integer(1)!)
        bought = ServiceID(row.integer(2)!)
        link = row.text(3)
        quantity = row.integer(4)
        parameters = row.text(5)
        billedUnits = row.integer(6)!
        charge = Amount(micros: row.integer(7)!)
        attempts = Int(row.integer(8)!)
        sale = SaleID(row.integer(9)!)
        purchase = row.integer(10).map { SaleID($0) }
    }

    static func fetch(_ db: any Connection, _ id: OrderID) throws -> WaitingOrder {
        let lookup = try db.statement("SELECT \(columns) FROM orders o WHERE o.id = ?1")
        lookup.bind(1, id.rawValue)
        // The caller has the order.
        return try lookup.first(WaitingOrder.init)!
    }
}
