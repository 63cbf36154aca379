import Money
import StrictJSON
import Trade
import Transport

/// What a provider says about one order.
package struct StatusReport: Equatable, Sendable {
    package let status: OrderStatus
    /// The status as the provider spells it.
    package let word: String
    /// The counter before the order began.
    package let startCount: Int64?
    /// Units still to deliver; nil if the provider does not say, and then there is no refund. It
    /// may be more than was ordered: only the caller knows the order.
    package let remains: Int64?
    /// What the provider charged us, rounded up to a millionth, in `currency`.
    package let charge: Amount?
    /// As the provider says; nil if it does not.
    package let currency: Currency?
    /// How many times a drip-feed order has run.
    package let runs: Int64?
    /// How many posts a subscription has served.
    package let posts: Int64?
    /// How many orders a drip-feed order or a subscription has made, by the list of them; nil if
    /// there is no list.
    package let ordersMade: Int64?

    /// `remains` and `charge` as they are written, if they cannot be read for certain, such as
    /// `1.000`; nil if they are read, or are said to be unknown.
    package let unreadableRemains, unreadableCharge: String?
    /// The same for the figures that say how far a drip-feed order or a subscription came (`runs`,
    /// `posts` and the list of `orders`), with the figure's name: `runs "2/3"`.
    package let unreadableProgress: String?

    /// Whether it says anything about the order besides its status.
    package var hasFigures: Bool { charge != nil || startCount != nil || remains != nil }
}

extension ProviderEndpoint {
    /// The answers about `ids` in the reply to `Action.status`.
    package func statuses(of ids: [String], in finished: Finished) -> Answers<StatusReport> {
        if case .replied(let reply) = finished.ending,
            let answers = PlainStatuses.read(reply, about: ids, from: self)
        {
            return .success(answers)
        }
        return statusesOfAnyShape(of: ids, in: finished)
    }

    /// The same, whatever the shape of the reply.
    package func statusesOfAnyShape(
        of ids: [String], in finished: Finished
    ) -> Answers<StatusReport> {
        answers(in: finished, to: ids, named: JSONValue.orderNames, byPosition: true, read: status)
    }

    func status(_ value: JSONValue) -> Answer<StatusReport> {
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
    /// The runs, posts or orders made in `value` that cannot be read for certain.
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

    /// A figure as it is written, if it looks like one but `read` cannot read it for certain:
    /// because of separators that may mean two things, or because computers print it for a number
    /// that is none. A word means "not known", and a plain number that is no count is just wrong.
    func unreadable<Figure>(
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
    /// A count under the first of `names` that is there; nil if it is something else, such as null,
    /// "Unknown" or a negative number (provider-api.md §7, quirks 4 and 5).
    func count(of names: [String]) -> Int64? { first(of: names)?.count }

    var count: Int64? { wholeNumber.flatMap { $0 < 0 ? nil : $0 } }

    /// How many elements a list has, even if PHP wrote it as an object by index.
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
