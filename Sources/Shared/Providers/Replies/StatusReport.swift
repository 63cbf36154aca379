import Money
import StrictJSON
import Trade
import Transport

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

    /// What it says of `remains` and `charge` where that is no figure anybody can read for certain,
    /// such as `1.000`, as it is written; nil where it is read, or says that it is not known.
    package let unreadableRemains, unreadableCharge: String?
    /// The same of what says how far a drip-feed order or a subscription came (`runs`, `posts` and
    /// the list of `orders`), with its name: `runs "2/3"`.
    package let unreadableProgress: String?

    /// Whether it says anything of the order besides its status.
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
        if let damage = value.damage { return .unclear("its answer breaks off: \(damage)") }
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
                ordersMade: value["orders"]?.listed,
                unreadableRemains: unreadable(value["remains"], \.wholeNumber),
                unreadableCharge: unreadable(value["charge"], \.amount),
                unreadableProgress: unreadableProgress(value)))
    }
}

extension ProviderEndpoint {
    /// What `value` says of runs, posts or orders made where nobody can read it for certain.
    fileprivate func unreadableProgress(_ value: JSONValue) -> String? {
        let counts = ["runs", "posts"].lazy.compactMap { name -> String? in
            guard let said = value[name], said.count == nil, !said.saysNothing else { return nil }
            return "\(name) \"\(said.text.map(evidence) ?? "no number")\""
        }
        if let count = counts.first { return count }
        guard let orders = value["orders"], orders.listed == nil, !orders.saysNothing else {
            return nil
        }
        return "orders \"\(orders.text.map(evidence) ?? "no list")\""
    }

    /// A figure as it is written, where it looks like one and `read` cannot read it for certain:
    /// separators that may mean two things, or what computers print for a number that is none. A
    /// word is a way to say "not known", and a plain number that is no count is just wrong.
    fileprivate func unreadable<Figure>(
        _ value: JSONValue?, _ read: (JSONValue) -> Figure?
    ) -> String? {
        guard let value, read(value) == nil, let text = value.text?.trimmingSpaces else {
            return nil
        }
        let isNumber = ["nan", "inf", "-inf", "infinity", "-infinity"].contains(text.lowercased())
        let isPlain =
            text.wholeMatch(of: /-?[0-9]+(\.([0-9]{1,2}|[0-9]{4,}))?/) != nil
            || !text.contains(where: \.isNumber)
        return isNumber || !isPlain ? evidence(text) : nil
    }
}

extension JSONValue {
    /// A count under the first of `names` that is there; nil where it says something else, such as
    /// null, "Unknown" or less than nothing (provider-api.md §7, quirks 4 and 5).
    func count(of names: [String]) -> Int64? { first(of: names)?.count }

    fileprivate var count: Int64? { wholeNumber.flatMap { $0 < 0 ? nil : $0 } }

    /// How many elements a list has, also one that PHP wrote as an object by index.
    fileprivate var listed: Int64? {
        if let elements { return Int64(elements.count) }
        guard isObject, members.allSatisfy({ Int($0.key) != nil }) else { return nil }
        return Int64(members.count)
    }

    /// Whether it is one of the ways to say "not known": null, nothing, or a word.
    fileprivate var saysNothing: Bool {
        self == .null || text.map { !$0.contains(where: \.isNumber) } ?? false
    }
}
