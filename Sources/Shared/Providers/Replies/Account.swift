import Money
import StrictJSON

/// What we have left at a provider.
package struct ProviderBalance: Equatable, Sendable {
    /// Rounded away from zero to a millionth; below zero where the provider gives credit.
    package let amount: Amount
    /// As the provider says; nil where it does not.
    package let currency: Currency?
}

/// An order as the provider lists it, to find one whose answer was lost.
package struct RecentOrder: Equatable, Sendable {
    package let providerOrder: String
    package let service: String?
    package let link: String?
    package let quantity: Int64?
    /// What the provider charged us, rounded up to a millionth.
    package let charge: Amount?
    /// When it was placed, as the provider writes it: there is no agreed form or time zone.
    package let placedAt: String?
}

extension ProviderEndpoint {
    /// The balance in the reply to `Action.balance`.
    package func balance(in finished: Finished) -> Result<ProviderBalance, ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let document = document.unwrapped
            guard let amount = document["balance"]?.amount else {
                throw ReplyFailure(.unreadable, text: "there is no balance in it")
            }
            return ProviderBalance(amount: amount, currency: document["currency"]?.currency)
        }
    }

    /// The orders in the reply to `Action.orders`. One without a readable id is passed over.
    package func recentOrders(in finished: Finished) -> Result<[RecentOrder], ReplyFailure> {
        answer(in: finished) { document throws(ReplyFailure) in
            let list = document.first(of: ["orders", "data"]) ?? document
            guard let rows = list.elements else {
                throw ReplyFailure(.unreadable, text: "there is no list of orders in it")
            }
            return rows.compactMap(RecentOrder.init)
        }
    }
}

extension RecentOrder {
    fileprivate init?(_ row: JSONValue) {
        guard let id = row.first(of: JSONValue.orderNames)?.identifier else { return nil }
        providerOrder = id
        service = row.first(of: ["service", "service_id"])?.identifier
        link = row.first(of: ["link", "url"])?.text
        quantity = row.count(of: ["quantity"])
        charge = row["charge"]?.amount
        placedAt = row.first(of: ["created", "created_at", "date", "time"])?.text?
            .printable(limit: 40)
    }
}
