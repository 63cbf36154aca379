import Ledger
import Timestamps
import Trade

/// Which of a reseller's orders a call wants: the query of `GET /v1/orders`.
struct OrderPage {
    let status: OrderStatus?
    let since: Timestamp?
    let limit: Int
    let cursor: OrderID

    private static let limits: ClosedRange<Int64> = 1...1_000
    private static let usualLimit: Int64 = 100
    private static let cursors: ClosedRange<Int64> = 0...Int64.max

    /// The query, for the description of the calls.
    static let parameters: [DoorRoute.Parameter] = [
        .init("ref", .text(), "Only the order with this reference. Nothing else counts then."),
        .init("state", .word(statuses.map(\.word)), "Only orders with this status."),
        .init("since", .moment, "Only orders taken from this moment on."),
        .init("limit", .integer(limits), "At most so many; 100 if it is not said."),
        .init("cursor", .integer(cursors), "next_cursor of the page before."),
    ]

    /// What an order's status can be.
    static let statuses: [OrderStatus] = [
        .pending, .processing, .inProgress, .completed, .partial, .canceled,
    ]

    /// - Throws: `DoorError.badQuery`.
    init(_ query: [String: String]) throws(DoorError) {
        limit = Int(try query.number("limit", Self.limits) ?? Self.usualLimit)
        cursor = OrderID(try query.number("cursor", Self.cursors) ?? 0)
        if let word = query["state"] {
            guard let status = Self.statuses.first(where: { $0.word == word }) else {
                let words = Self.statuses.map(\.word).joined(separator: ", ")
                throw .badQuery("state must be one of \(words).")
            }
            self.status = status
        } else {
            status = nil
        }
        if let text = query["since"] {
            guard let moment = Timestamp(parsing: text) else {
                throw .badQuery("since must be a moment such as 2026-11-23T10:00:00Z.")
            }
            since = moment
        } else {
            since = nil
        }
    }
}
