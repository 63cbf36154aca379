import Money
import StrictJSON

/// What a provider says about one order.
package struct StatusReport: Equatable, Sendable {
    package let status: OrderStatus
    /// The status as the provider spells it.
    package let word: String
    /// What the counter showed before the order began.
    package let startCount: Int64?
    /// Units still to deliver; nil where the provider does not say, and then there is no refund.
    /// It may be more than was ordered: who knows the order, compares.
    package let remains: Int64?
    /// What the provider charged us, rounded up to a millionth, in `currency`.
    package let charge: Amount?
    /// As the provider says; nil where it does not.
    package let currency: Currency?
    /// How many times a drip-feed order has run.
    package let runs: Int64?
    /// How many posts a subscription has served.
    package let posts: Int64?
    /// How many orders a drip-feed order or a subscription has made, by the list of them; nil where there
    /// is no list.
    package let ordersMade: Int64?

    /// Whether he says anything of the order besides its status.
    package var hasFigures: Bool { charge != nil || startCount != nil || remains != nil }
}

extension ProviderEndpoint {
    /// What the reply to `Action.status` says about each of `ids`.
    package func statuses(of ids: [String], in finished: Finished) -> Answers<StatusReport> {
        answers(in: finished, to: ids, named: JSONValue.orderNames, byPosition: true, read: status)
    }

    private func status(_ value: JSONValue) -> Answer<StatusReport> {
        // Quirk 10: a bad id as a bare string.
        if let words = value.text ?? value.complaint { return complaint(words) }
        guard let word = value["status"]?.text.map(evidence), !word.isEmpty else {
            return .error("no status")
        }
        let isSubscription = value["posts"] != nil || value["expiry"] != nil
        return .report(
            StatusReport(
                status: isSubscription
                    ? OrderStatus(subscriptionWord: word) : OrderStatus(word: word),
                word: word,
                startCount: value.count(of: ["start_count", "start_counter"]),
                remains: value.count(of: ["remains"]),
                charge: value["charge"]?.amount.flatMap { $0 < .zero ? nil : $0 },
                currency: value["currency"]?.currency,
                runs: value.count(of: ["runs"]),
                posts: value.count(of: ["posts"]),
                ordersMade: value["orders"]?.elements.map { Int64($0.count) }))
    }
}

extension JSONValue {
    /// A count under the first of `names` that is there; nil where it says something else, such as
    /// null, "Unknown" or less than nothing (provider-api.md §7, quirks 4 and 5).
    func count(of names: [String]) -> Int64? {
        first(of: names)?.wholeNumber.flatMap { $0 < 0 ? nil : $0 }
    }
}
