import Ledger
import Timestamps
import Trade

/// Which of a reseller's orders a call wants: the query of `GET /v1/orders`.
struct OrderPage {
    let status: OrderStatus?
    let since: Timestamp?
    let limit: Int
    let cursor: OrderID

    private static let statuses: [OrderStatus] = [
        .pending, .processing, .inProgress, .completed, .partial, .canceled,
    ]

    /// - Throws: `DoorError.badQuery`.
    init(_ query: [String: String], most: Int64, usual: Int64) throws(DoorError) {
        limit = Int(try query.number("limit", 1...most) ?? usual)
        cursor = OrderID(try query.number("cursor", 0...Int64.max) ?? 0)
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
