import Ledger
import Money
import StrictJSON
import Trade

// How clients expect numbers to be spelled: money, counts and limits as text, flags as flags, and
// the numbers of services and orders as numbers.

extension JSONWriter {
    /// Writes a service as a row of the answer to `services`.
    mutating func write(_ offer: Offer) {
        beginObject()
        member("service", offer.service.rawValue)
        member("name", offer.name)
        member("type", offer.type.name)
        member("category", offer.category)
        member("rate", "\(offer.rate)")
        count("min", offer.minimum)
        count("max", offer.maximum)
        for (key, flag) in [
            ("dripfeed", offer.drips), ("refill", offer.refills), ("cancel", offer.cancels),
        ] {
            self.key(key)
            bool(flag)
        }
        endObject()
    }

    /// Writes the answer about an order's status.
    mutating func write(_ order: OwnOrder, in currency: Currency) {
        beginObject()
        writeMembers(order, in: currency)
        endObject()
    }

    /// Writes an order as a row of the answer to `orders`.
    mutating func writeListed(_ order: OwnOrder, in currency: Currency) {
        beginObject()
        member("order", order.id.rawValue)
        member("created", "\(order.createdAt)")
        member("service", order.service.rawValue)
        member("link", order.link ?? order.username)
        count("quantity", order.quantity ?? order.billedUnits)
        writeMembers(order, in: currency)
        endObject()
    }

    private mutating func writeMembers(_ order: OwnOrder, in currency: Currency) {
        member("charge", "\(order.netCharge)")
        count("start_count", order.startCount)
        member("status", order.status.word)
        count("remains", order.remainingUnits)
        member("currency", currency.code)
        if let posts = order.orderedPosts {
            // The count of posts is what a subscription is settled by.
            count("posts", order.deliveredPosts(of: posts))
        }
    }
}

extension OwnOrder {
    /// The billed units that are not delivered, as far as we know.
    ///
    /// An order that has ended partially says the units whose money went back: a reseller's own
    /// books divide by the same numbers. Where nothing was heard of an open order, all remains.
    var remainingUnits: Int64? {
        switch state {
        case .accepted, .sending, .inDoubt: billedUnits
        case .placed: remains ?? billedUnits
        case .completed: remains ?? 0
        case .partial: refundedUnits
        case .canceled, .refused: billedUnits
        }
    }

    /// The least number of units that is worth what was refunded: refunds round down.
    private var refundedUnits: Int64 {
        guard charge > .zero else { return remains ?? 0 }
        let product = Int128(refunded.micros) * Int128(billedUnits)
        let whole = Int128(charge.micros)
        return Int64((product + whole - 1) / whole)
    }

    /// How many posts a subscription was ordered for; nil for any other order.
    fileprivate var orderedPosts: Int64? {
        guard type?.billing == .maximumTimesPosts, case .number(let posts)? = parameter(.posts)
        else { return nil }
        return posts.integer
    }

    /// Where an order without a link is delivered.
    fileprivate var username: String? {
        guard case .string(let name)? = parameter(.username) else { return nil }
        return name
    }

    /// The value of a parameter besides link and quantity; nil if the order has none.
    fileprivate func parameter(_ parameter: Parameter) -> JSONValue? {
        parameters.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?[parameter.rawValue]
    }

    /// How many posts a subscription served; nil while that is not known.
    fileprivate func deliveredPosts(of posts: Int64) -> Int64? {
        guard state.isEnded, let remaining = remainingUnits, posts > 0 else { return nil }
        return (billedUnits - remaining) / max(1, billedUnits / posts)
    }
}
