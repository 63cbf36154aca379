import BatchFiles
import Identity
import Money

/// The orders of a file that are accepted but not written yet.
struct UnwrittenOrders {
    private(set) var orders: [UnwrittenOrder] = []
    /// The sum of their charges.
    private(set) var charge = Amount.zero
    /// The user's balances without them, as of the first of them.
    private var available = Amount.zero
    private var held = Amount.zero
    /// The most that are collected: as many as one statement writes.
    static let most = OrderRows.most

    /// Takes one order in, if the user can pay it.
    mutating func take(_ order: UnwrittenOrder, creditLimit: Amount) -> Bool {
        guard let sum = try? charge + order.order.charge, let own = try? sum - creditLimit,
            own <= available, (try? held + sum) != nil
        else { return false }
        charge = sum
        orders.append(order)
        return true
    }

    /// Begins anew.
    mutating func begin(available: Amount, held: Amount) {
        self.available = available
        self.held = held
    }

    mutating func removeAll() {
        orders.removeAll(keepingCapacity: true)
        charge = .zero
    }
}

/// Nearly every order is new and can be paid for. Such orders are collected and written together.
/// The schema itself finds out whether one of them is a duplicate: then it refuses all of that
/// statement, and they are taken one by one, each with its own outcome. So the outcomes are those
/// of taking them one by one, and what stands in the ledger is, too.
extension ResellerDraft {
    /// Puts the order's charge on hold, and lets the order wait to be sent.
    ///
    /// An order with a reference that was used before is a duplicate if its content is the same,
    /// and costs nothing again; with other content it is refused. An order that the user cannot pay
    /// for is refused, too.
    package func accept(_ order: NewOrder, _ line: ResellerLine) throws {
        if try takesIn(UnwrittenOrder(order: order, line: line)) { return }
        try writeOrders()
        try acceptAlone(order, line)
    }

    /// Takes in an order that only an earlier one of its reference can stand against.
    private func takesIn(_ order: UnwrittenOrder) throws -> Bool {
        // A replayed order asks for the number that it had; a reference that somebody spelled in
        // another way, or that names something else, has to be looked for.
        guard formerOrders == nil, !hasSpellings, !terms.hasOtherReferences,
            Spelling(ofName: order.order.ref).isKey
        else { return false }
        if unwritten.orders.count == UnwrittenOrders.most { try writeOrders() }
        if unwritten.orders.isEmpty {
            unwritten.begin(
                available: try postings.balance(of: .user(user, .available)),
                held: try postings.balance(of: .user(user, .held)))
        }
        return unwritten.take(order, creditLimit: terms.creditLimit)
    }

    /// Writes the orders that were collected. Call it before anything that depends on them.
    package func writeOrders() throws {
        guard !unwritten.orders.isEmpty else { return }
        try intake.liftGuards()
        let orders = unwritten.orders
        unwritten.removeAll()
        var rest = orders[...]
        while !rest.isEmpty {
            let next = rest.prefix(OrderRows.size(for: rest.count))
            rest = rest.dropFirst(next.count)
            if next.count > 1, try writeTogether(next) { continue }
            for one in next { try acceptAlone(one.order, one.line) }
        }
    }

    /// Writes orders and holds their charges. False if the schema refuses any of them: then nothing
    /// was done.
    private func writeTogether(_ orders: ArraySlice<UnwrittenOrder>) throws -> Bool {
        let first = try intake.numberOfNextOrder()
        guard try intake.orderRows.insert(orders, from: first, of: self) else { return false }
        let numbers = first...OrderID(first.rawValue + Int64(orders.count) - 1)
        let charge = try orders.reduce(Amount.zero) { try $0 + $1.order.charge }
        intake.useNumbers(through: numbers.upperBound)
        try postings.hold(charge, forOrders: numbers, of: user)
        try ordered.add(numbers, for: charge)
        countAccepted(orders.count)
        return true
    }
}
