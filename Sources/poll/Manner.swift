import Ledger
import Providers

/// How to ask a provider about orders, and what its answers teach us about that (provider-api.md
/// §8). Some providers know only `order`, some only `orders`, and some want a list in `order`.
///
/// 1. If a list gets no answer, one of its orders is asked about alone: the probe. If that gets no
///    answer either, the provider is ill, and the others wait as with any ill provider.
/// 2. If the probe gets an answer, the list is asked about again in halves, so that one bad order
///    costs only itself.
/// 3. If two orders get no answer together but one each alone, the provider answers no lists.
///    A list in `order` is tried once; if that fails too, single orders are asked about.
/// 4. If an order alone gets no answer, it is asked about once in the other form, `orders`.
struct Manner {
    /// The form in which it is asked.
    private(set) var form: StatusForm
    /// The form that this run learned, if the ledger does not know it yet.
    private(set) var learned: StatusForm?
    /// How many orders one question is about.
    private(set) var portion: Int
    /// The orders that wait for the probe.
    private var held: [FollowedOrder] = []
    /// How many lists had no answer since the probe was chosen, including the one before it.
    private var listsWithout = 0
    private var probe: OrderID?
    /// Whether it answered about an order alone while a list had no answer.
    private var areListsSuspect = false
    private var hasAnsweredLists = false
    /// Two orders that had no answer together; `pairLeft` are those that had none alone yet.
    private var pair: [FollowedOrder] = []
    private var pairLeft: Set<OrderID> = []
    private var hasTriedCommas = false
    private var hasTriedOtherForm = false
    /// The orders that were asked about alone because their part of a list could not be read.
    private var readAlone: Set<OrderID> = []

    /// If it answers about an order alone, it may be asked about this many at once before it has
    /// answered a list again.
    private static let fewOrders = 2
    /// The most orders of a run that are asked about alone because their part could not be read.
    private static let mostReadAlone = 20

    init(_ known: StatusForm?) {
        form = known ?? .standard
        portion = known == .single ? 1 : Action.idsPerCall
    }

    /// Whether nothing else may be asked until the probe is answered.
    var isProbing: Bool { probe != nil }

    // MARK: Lists

    /// What to ask after a list had no answer.
    enum Next {
        /// About these, before the others.
        case again([FollowedOrder])
        case ask(Question)
        /// Nothing: it waits for the probe.
        case wait
    }

    /// Notes that a list got no usable answer.
    ///
    /// - Parameters:
    ///   - orders: the list.
    ///   - isIll: whether the provider may be unable to answer anything.
    ///   - turn: chooses the probe, so that it is not the same in every run.
    /// - Returns: what to ask next.
    mutating func listFailed(_ orders: [FollowedOrder], isIll: Bool, turn: Int) -> Next {
        if isProbing {
            held += orders
            listsWithout += 1
            return .wait
        }
        if orders.count == 2, pairLeft.isEmpty {
            pair = orders
            pairLeft = Set(orders.map(\.id))
        }
        guard !isIll || areListsSuspect else {
            let alone = orders[turn % orders.count]
            probe = alone.id
            listsWithout = 1
            held = orders.filter { $0.id != alone.id }
            return .ask(.statuses([alone], as: loneForm))
        }
        portion = orders.count == 2 ? 1 : min(portion, (orders.count + 1) / 2)
        return .again(orders)
    }

    /// Notes that a list was answered.
    mutating func listAnswered(_ form: StatusForm) {
        hasAnsweredLists = true
        pairLeft = []
        portion = min(portion * 2, Action.idsPerCall)
        if form == .comma, self.form != .comma {
            learn(.comma)
            portion = Action.idsPerCall
        }
    }

    // MARK: Single orders

    /// How to ask about one order.
    var loneForm: StatusForm { form == .orders ? .orders : .standard }

    /// Notes that an order that was asked about alone has its answer, or has none.
    ///
    /// - Returns: if it was the probe: the orders that waited for it, and how many lists had no
    ///   answer.
    mutating func endProbe(
        _ order: OrderID, isAnswered: Bool
    ) -> (held: [FollowedOrder], lists: Int)? {
        guard probe == order else { return nil }
        defer { held = [] }
        probe = nil
        areListsSuspect = isAnswered
        if isAnswered { portion = max(1, (held.count / listsWithout + 2) / 2) }
        return (held, listsWithout)
    }

    /// Notes that an order got no answer alone: it may be why its pair got none.
    mutating func notAnswered(alone order: OrderID) {
        if pairLeft.contains(order) { pairLeft = [] }
    }

    /// Notes that an order was answered alone.
    ///
    /// - Returns: a list to try in the other form, if that is due.
    mutating func answered(alone order: OrderID, _ form: StatusForm) -> Question? {
        hasTriedOtherForm = true
        if form == .orders, self.form == .standard { learn(.orders) }
        guard self.form != .single else { return nil }
        let wasOfPair = pairLeft.remove(order) != nil
        // Try no other list until we know whether lists are answered at all.
        if pairLeft.isEmpty, portion < Self.fewOrders {
            portion *= 2
        }
        guard wasOfPair, pairLeft.isEmpty, !hasAnsweredLists else { return nil }
        guard !hasTriedCommas else {
            learn(.single)
            portion = 1
            return nil
        }
        hasTriedCommas = true
        return .statuses(pair, as: .comma)
    }

    /// Notes that a list in `order` failed: from now on single orders are asked about.
    mutating func commasFailed() {
        learn(.single)
        portion = 1
    }

    /// The other form in which to ask about an order that has no answer alone; nil if it was tried
    /// in this run.
    mutating func otherForm(than form: StatusForm) -> StatusForm? {
        guard !hasTriedOtherForm, form != .comma else { return nil }
        hasTriedOtherForm = true
        return form == .orders ? .standard : .orders
    }

    /// Whether to ask about an order alone, because its part of a list could not be read.
    mutating func mayReadAlone(_ order: OrderID) -> Bool {
        readAlone.count < Self.mostReadAlone && readAlone.insert(order).inserted
    }

    private mutating func learn(_ form: StatusForm) {
        self.form = form
        learned = form
    }
}
