import Money

/// The orders that the panel has sold, and the balance that they were paid from.
///
/// Nothing runs in the background. An order is settled, which may give money back, when somebody
/// looks at it or at the balance, or orders for the same link.
struct Books {
    /// By rising id. An order of several parts reserves the ids after its own for them.
    private var orders: [PanelOrder] = []
    private var refills: [Refill] = []
    /// The balance, without what ended orders give back once somebody looks at them.
    private var funds: Amount
    private var latest: [Target: Int] = [:]
    private var nextID: Int64
    private var random: SplitMix64

    /// A service and a link: there may be only one open order for both.
    private struct Target: Hashable {
        let service: Int64
        let link: String
    }

    /// A refill that was asked for. Its id is its place in the list, from 1.
    private struct Refill {
        let order: Int64
        let askedAt: Int64
        let isRejected: Bool

        func status(at now: Int64) -> Status {
            switch now - askedAt {
            case ..<PanelOrder.waiting: .pending
            case ..<PanelOrder.duration: .inProgress
            default: isRejected ? .rejected : .completed
            }
        }
    }

    init(balance: Amount, seed: UInt64) {
        funds = balance
        random = SplitMix64(state: seed)
        nextID = 10_000 + Int64(random.next() % 90_000)
    }

    /// The order placed last, if there is one.
    var lastOrder: Int64? { orders.last?.id }

    /// Takes the money and the order.
    mutating func place(
        _ purchase: Purchase, fate: Fate?, at now: Int64
    ) throws(Refusal) -> Int64 {
        let target = Target(service: purchase.service.id, link: purchase.link)
        if let earlier = latest[target], !settle(earlier, at: now).status.isFinal {
            throw .activeOrder
        }
        // Looking at every open order is expensive, so first try without.
        guard purchase.charge <= funds || purchase.charge <= balance(at: now) else { throw .funds }

        funds = Amount(micros: funds.micros - purchase.charge.micros)
        let order = PanelOrder(
            id: nextID, service: purchase.service, link: purchase.link, plan: purchase.plan,
            charge: purchase.charge,
            fate: fate == .expired && !purchase.plan.isSubscription ? nil : fate, placedAt: now,
            startCount: Int64(random.next() % 10_000))
        nextID += order.plan.shape == .single ? 1 : order.plan.parts + 1
        latest[target] = orders.count
        orders.append(order)
        return order.id
    }

    /// The money left to spend, with the money that ended orders gave back.
    mutating func balance(at now: Int64) -> Amount {
        for index in orders.indices where orders[index].givenBack == nil {
            settle(index, at: now)
        }
        return funds
    }

    /// Gives back, once, the money for the undelivered part of an order that has ended.
    @discardableResult
    private mutating func settle(_ index: Int, at now: Int64) -> PanelOrder.Progress {
        let progress = orders[index].progress(at: now)
        if progress.status.isFinal, orders[index].givenBack == nil {
            let back = orders[index].value(of: orders[index].plan.total - progress.delivered)
            orders[index].givenBack = back
            funds = Amount(micros: funds.micros + back.micros)
        }
        return progress
    }
}

// Questions and requests about a single order.
extension Books {
    /// The order or part that a client names; `index` is that of the whole order.
    private mutating func find(
        _ id: String?, at now: Int64
    ) throws(Refusal) -> (index: Int, order: PanelOrder) {
        guard let id = id.flatMap({ Int64($0) }),
            let index = orders.lastIndex(notAfter: id)
        else { throw .incorrectOrder }
        let progress = settle(index, at: now)
        let order = orders[index]
        if order.id == id { return (index, order) }
        guard order.plan.shape != .single, id - order.id <= progress.begun else {
            throw .incorrectOrder
        }
        return (index, order.part(id - order.id))
    }

    /// The answer to `status`.
    mutating func status(of id: String?, at now: Int64) throws(Refusal) -> OrderView {
        let (index, order) = try find(id, at: now)
        let view = OrderView(order, at: now)
        let isEvaded =
            switch order.fate {
            case .notFound: true
            case .remainsUnknown: view.progress.status.isFinal
            default: false
            }
        guard isEvaded, orders[index].evasions > 0 else { return view }
        orders[index].evasions -= 1
        guard order.fate == .remainsUnknown else { throw .incorrectOrder }
        return view.withoutRemains
    }

    /// The latest orders, the last one first.
    mutating func recent(_ limit: Int, at now: Int64) -> [OrderView] {
        orders.indices.suffix(limit).reversed().map { index in
            settle(index, at: now)
            return OrderView(orders[index], at: now)
        }
    }

    /// One order as it really is, whatever its fate makes the panel say.
    mutating func truth(about id: String?, at now: Int64) throws(Refusal) -> OrderView {
        OrderView(try find(id, at: now).order, at: now)
    }

    /// Takes a request to cancel. A moment later the order is Canceled, or Partial if it had begun.
    mutating func cancel(_ id: String?, at now: Int64) throws(Refusal) {
        let (index, order) = try find(id, at: now)
        guard order.id == orders[index].id, order.service.offers.contains(.cancel),
            order.canceledAt == nil, !order.progress(at: now).status.isFinal
        else { throw .notCancelable }
        orders[index].canceledAt = now + PanelOrder.waiting
    }

    /// Takes a request to refill a completed order.
    ///
    /// - Returns: the refill's id.
    mutating func refill(_ id: String?, at now: Int64) throws(Refusal) -> Int64 {
        let order = try find(id, at: now).order
        guard order.service.offers.contains(.refill),
            order.progress(at: now).status == .completed,
            !refills.contains(where: { $0.order == order.id && !$0.status(at: now).isFinal })
        else { throw .notRefillable }
        refills.append(
            Refill(order: order.id, askedAt: now, isRejected: order.fate == .refillRejected))
        return Int64(refills.count)
    }

    /// The answer to `refill_status`.
    func refillStatus(_ id: String?, at now: Int64) throws(Refusal) -> Status {
        guard let id = id.flatMap({ Int($0) }), refills.indices.contains(id - 1) else {
            throw .refillNotFound
        }
        return refills[id - 1].status(at: now)
    }
}

extension [PanelOrder] {
    /// The last order whose id is `id` or lower, by binary search.
    fileprivate func lastIndex(notAfter id: Int64) -> Int? {
        var candidates = indices
        while let middle = candidates.isEmpty ? nil : candidates.lowerBound + candidates.count / 2 {
            candidates =
                self[middle].id <= id
                ? middle + 1..<candidates.upperBound : candidates.lowerBound..<middle
        }
        return candidates.lowerBound == 0 ? nil : candidates.lowerBound - 1
    }
}

/// Steele, Lea and Flood's generator of repeatable random numbers.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
