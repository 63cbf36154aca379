import BatchFiles
import Identity
import Money
import Tables
import Timestamps

/// An order that was checked and priced.
package struct NewOrder: Sendable {
    package let ref: String
    package let service: ServiceID
    /// The provider that is asked first.
    package let provider: ProviderID
    package let link: String?
    /// The key by which the link is compared, if it differs from the link.
    package let linkKey: String?
    package let quantity: Int64?
    /// The parameters besides link and quantity, as a JSON object; nil if there are none.
    package let parameters: String?
    package let billedUnits: Int64
    package let charge: Amount

    package init(
        ref: String, service: ServiceID, provider: ProviderID, link: String?,
        linkKey: String? = nil, quantity: Int64?, parameters: String?, billedUnits: Int64,
        charge: Amount
    ) {
        self.ref = ref
        self.service = service
        self.provider = provider
        self.link = link
        self.linkKey = linkKey
        self.quantity = quantity
        self.parameters = parameters
        self.billedUnits = billedUnits
        self.charge = charge
    }
}

extension ResellerDraft {
    /// Takes one order as `accept` does, after all that came before it.
    func acceptAlone(_ order: NewOrder, _ line: ResellerLine) throws {
        let outcome = try outcome(of: order, line)
        if case .accepted = outcome { return countAccepted() }
        try record(outcome, of: line)
    }

    private func outcome(of order: NewOrder, _ line: ResellerLine) throws -> LineOutcome {
        let spelling = Spelling(ofName: order.ref)
        let ref = try asFirstWritten(spelling)
        if let known = try earlier(order, as: ref) { return known }
        if terms.hasOtherReferences, let (holder, _) = try References.other(db, user, ref) {
            return References.reused(order.ref, by: "a \(holder.rawValue)")
        }
        let available = try postings.balance(of: .user(user, .available))
        let held = try postings.balance(of: .user(user, .held))
        // Nothing here can overflow, however much credit the user has: neither amount on the left
        // is negative, and the sum to be held is tried first.
        guard try order.charge - terms.creditLimit <= available,
            (try? held + order.charge) != nil
        else {
            let credit = terms.creditLimit
            return .rejected(
                Rejection(
                    .insufficientFunds,
                    "the order costs \(order.charge), \(available) is available"
                        + (credit > .zero ? " and the credit limit is \(credit)" : "")
                        + "; nothing was charged"))
        }
        let id = try insert(order, line)
        try noteSpelling(ofRef: spelling)
        try postings.post(
            .hold(id), from: .user(user, .available), to: .user(user, .held), order.charge,
            Subject(order: id, file: file, user: user))
        try ordered.add(id...id, for: order.charge)
        return .accepted(id)
    }

    /// The outcome of an order whose reference another order has.
    ///
    /// `ref`: the reference as it was first written.
    private func earlier(_ order: NewOrder, as ref: String) throws -> LineOutcome? {
        let lookup = earlierOrder
        lookup.bind(1, user)
        lookup.bind(2, ref)
        guard try lookup.step() else { return nil }
        defer { lookup.reset() }
        let id: OrderID = try lookup.row[0]
        let isSame =
            lookup.integer(1) == order.service.rawValue
            && (lookup.text(2) == order.link || lookup.text(5) == order.linkKey ?? order.link)
            && lookup.integer(3) == order.quantity && lookup.text(4) == order.parameters
        guard isSame else { return References.reused(order.ref, by: "order \(id)") }
        let isSpelledAlike = ref.utf8.elementsEqual(order.ref.utf8)
        return .duplicate(of: id, note: isSpelledAlike ? nil : "first written \"\(ref)\"")
    }

    private func insert(_ order: NewOrder, _ line: ResellerLine) throws -> OrderID {
        let id = try intake.numberOrder(former: formerOrders?.number(ofLine: line.number))
        let insertion = insertOrder
        insertion.bind(1, id)
        insertion.bind(2, user)
        insertion.bind(3, file)
        insertion.bind(4, line.number)
        insertion.bind(5, order.ref)
        insertion.bind(6, order.service)
        insertion.bind(7, order.link)
        insertion.bind(8, order.quantity)
        insertion.bind(9, order.parameters)
        insertion.bind(10, order.billedUnits)
        insertion.bind(11, order.charge)
        insertion.bind(12, order.provider)
        insertion.bind(13, intake.now)
        insertion.bind(14, try intake.sale(of: order.service))
        insertion.bind(15, order.linkKey)
        try insertion.run()
        return id
    }

    static let earlierOrder = """
        SELECT id, service_id, link, quantity, parameters, coalesce(link_key, link) FROM orders
        WHERE user_id = ?1 AND ref = ?2
        """

    static let insertion = """
        INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, quantity,
                            parameters, billed_units, charge, state, provider_id, due_at,
                            created_at, sale_id, link_key)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'accepted', ?12, ?13, ?13, ?14, ?15)
        """
}

extension ResellerDraft {
    /// Whether an order for the same service and page is still open.
    ///
    /// `link`: the key by which the link is compared.
    package func hasOpenOrder(for link: String, service: ServiceID) throws -> Bool {
        try writeOrders()
        return try db.one(
            """
            SELECT EXISTS (SELECT 1 FROM orders
                WHERE coalesce(link_key, link) = \(link) AND service_id = \(service)
                    AND link IS NOT NULL AND ended_at IS NULL)
            """)
    }

    /// Whether the user has an order under `ref`, so that a line with it asks for nothing new.
    package func hasOrder(ref: String) throws -> Bool {
        try writeOrders()
        return try References.isOrders(db, user, asFirstWritten(ref))
    }
}
