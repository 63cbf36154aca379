import Money
import Tables
import Timestamps

/// An order that its provider has: the id that it gave, and when it is asked about the order first.
struct Placement {
    let order: OrderRow
    let providerOrder: String
    let followAt: Timestamp
}

extension OrderMoves {
    /// `sending` or `in_doubt` → `placed`: the provider has it, and has charged for it.
    func place(_ order: OrderRow, as providerOrder: String, followAt due: Timestamp) throws {
        try place([Placement(order: order, providerOrder: providerOrder, followAt: due)])
    }

    /// The same for several orders, in as few statements as can be (see `send`).
    func place(_ placements: [Placement]) throws {
        var rest = placements[...]
        while !rest.isEmpty {
            let some = rest.prefix(rest.count < Self.fewOrders ? 1 : Self.placedAtOnce)
            rest = rest.dropFirst(some.count)
            let update = try db.statement(some.count == 1 ? Self.placeOne : Self.placeMany)
            update.bind(1, now)
            // Rows without values are NULL, which no order has as its number.
            for (index, placement) in some.enumerated() {
                update.bind(4 * index + 2, placement.order.id)
                update.bind(4 * index + 3, placement.providerOrder)
                update.bind(4 * index + 4, try placement.order.expectedCost())
                update.bind(4 * index + 5, placement.followAt)
            }
            try update.run()
        }
        for placement in placements {
            let order = placement.order
            let charge = try order.expectedCharge()
            guard charge > .zero else { continue }
            try postings.post(
                .providerCharge(order.id),
                from: .provider(order.provider, .float, order.providerCurrency),
                to: .provider(order.provider, .spent, order.providerCurrency),
                charge, subject(order))
        }
    }

    private static let placeOne = """
        UPDATE orders SET state = 'placed', provider_order = ?3, cost = ?4, due_at = ?5,
            placed_at = ?1, changed_at = ?1 WHERE id = ?2
        """
    private static let placeMany = """
        UPDATE orders SET state = 'placed', provider_order = p.column2, cost = p.column3,
            due_at = p.column4, placed_at = ?1, changed_at = ?1
        FROM (VALUES \((0..<placedAtOnce).map(row).joined(separator: ", "))) p
        WHERE orders.id = p.column1
        """
    private static let placedAtOnce = 16

    private static func row(_ index: Int) -> String {
        "(\((2...5).map { "?\(4 * index + $0)" }.joined(separator: ", ")))"
    }
}
