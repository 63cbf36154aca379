import Money
import StrictJSON
import Transport

/// An order as the provider lists it. It serves to find an order whose answer was lost.
package struct RecentOrder: Equatable, Sendable {
    package let providerOrder: String
    package let service: String?
    package let link: String?
    package let quantity: Int64?
    /// What the provider charged us, rounded up to a millionth.
    package let charge: Amount?
    /// When it was placed; nil if the provider does not say, or says it in a form that cannot be
    /// read for certain.
    package let placedAt: ListedMoment?
}

extension ProviderEndpoint {
    /// The orders in the reply to `Action.orders`. An order without a readable id is left out.
    package func recentOrders(in finished: Finished) -> Result<[RecentOrder], ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let document = document.unwrapped
            guard let rows = (document.first(of: ["orders", "list"]) ?? document).rows else {
                throw ReplyFailure(.unreadable, text: "there is no list of orders in it")
            }
            return rows.compactMap(RecentOrder.init)
        }
    }
}

extension JSONValue {
    /// The rows of a list, or of an object of orders by id; then each row gets its id.
    fileprivate var rows: [JSONValue]? {
        if let elements { return elements }
        guard !members.isEmpty, members.allSatisfy({ $0.value.isObject }) else { return nil }
        return members.map { member in
            guard member.value.first(of: Self.orderNames) == nil,
                case .object(let fields) = member.value
            else { return member.value }
            return .object([Member(key: "order", value: .string(member.key))] + fields)
        }
    }
}

extension RecentOrder {
    fileprivate init?(_ row: JSONValue) {
        guard let id = row.first(of: JSONValue.orderNames)?.identifier else { return nil }
        providerOrder = id
        service = row.first(of: ["service", "service_id"])?.identifier
        link = row.first(of: ["link", "url", "username"])?.text
        quantity = row.count(of: ["quantity", "count"])
        charge = row.first(of: ["charge", "price", "cost"])?.amount
        placedAt = row.first(of: [
            "created", "created_at", "createdAt", "date_created", "date", "datetime", "time",
            "timestamp",
        ])?.text.flatMap(ListedMoment.init)
    }
}
