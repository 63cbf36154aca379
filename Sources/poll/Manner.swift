import Ledger
import Providers

/// How a provider is asked about orders, and what its answers teach of that (provider-api.md §8):
/// some know `order` only, some `orders` only, some want a list in `order`.
///
/// 1. A list without an answer is followed by one of its orders alone, the probe. If that has no
///    answer either, the provider is ill, and the others wait as they do then.
/// 2. If it has one, the list is asked about again in halves: one bad order costs itself alone.
/// 3. Where two orders have no answer together and each has one alone, lists are not answered at
///    all. A list in `order` is tried once; else it is asked about single orders from then on.
/// 4. An order alone without an answer is asked about once in the other form, `orders`.
struct Manner {
    /// How it is asked.
    private(set) var form: StatusForm
    /// What the ledger does not know yet.
    private(set) var learnt: StatusForm?
    /// About how many orders it is asked at once.
    private(set) var portion: Int
    /// The orders that wait for the probe's verdict.
    private var held: [FollowedOrder] = []
    /// How many lists had no answer since the probe was chosen, with the one that made it
    /// necessary.
    private var listsWithout = 0
    private var probe: OrderID?
    /// Whether it answered about an order alone while a list had no answer.
    private var areListsSuspect = false
    private var hasAnsweredLists = false
    /// Two orders that had no answer together, but for those that had one alone.
    private var pair: [FollowedOrder] = []
    private var pairLeft: Set<OrderID> = []
    private var hasTriedCommas = false
    private var hasTriedOtherForm = false
    /// The orders that were asked about alone since their part of a list could not be read.
    private var readAlone: Set<OrderID> = []

    /// One that answers about an order alone may be asked about so many at once before it has
    /// answered a list again.
    private static let fewOrders = 2
    /// The most orders of a run that are asked about alone for that.
    private static let mostReadAlone = 20

    init(_ known: StatusForm?) {
        form = known ?? .standard
        portion = known == .single ? 1 : Action.idsPerCall
    }

    /// Whether nothing else is to be asked until an order asked about alone is answered.
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

    /// A list of `orders` had no answer that could be used, `isIll` where the provider may be
    /// unable to answer anything. `turn` chooses the probe, so that it is not the same in every
    /// run.
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

    /// A list was answered.
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

    /// If `order` was the probe: what was held because of it, and how many lists had no answer.
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

    /// An order had no answer alone: it may be why the pair had none.
    mutating func notAnswered(alone order: OrderID) {
        if pairLeft.contains(order) { pairLeft = [] }
    }

    /// An order was answered alone. Returns a list to try in the other form, if that is due.
    mutating func answered(alone order: OrderID, _ form: StatusForm) -> Question? {
        hasTriedOtherForm = true
        if form == .orders, self.form == .standard { learn(.orders) }
        guard self.form != .single else { return nil }
        let wasOfPair = pairLeft.remove(order) != nil
        // Until it is known whether lists are answered at all, no other is tried.
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

    /// The trial of a list in `order` came to nothing: it is asked about single orders.
    mutating func commasFailed() {
        learn(.single)
        portion = 1
    }

    /// The other form in which to ask about an order that has no answer alone; once a run.
    mutating func otherForm(than form: StatusForm) -> StatusForm? {
        guard !hasTriedOtherForm, form != .comma else { return nil }
        hasTriedOtherForm = true
        return form == .orders ? .standard : .orders
    }

    /// Whether an order is to be asked about alone, since its part of a list could not be read.
    mutating func mayReadAlone(_ order: OrderID) -> Bool {
        readAlone.count < Self.mostReadAlone && readAlone.insert(order).inserted
    }

    private mutating func learn(_ form: StatusForm) {
        self.form = form
        learnt = form
    }
}
