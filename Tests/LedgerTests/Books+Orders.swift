import BatchFiles
import Money
import Testing

@testable import Ledger

extension Books {
    /// Adds a user, with money from a bank if any is given.
    func add(_ user: UserID, funds: String = "0", creditLimit: String = "0") throws {
        var entry = UserEntry(user: user)
        entry.creditLimit = amount(creditLimit)
        try deskFile { try $0.put(entry, Line(.users, 1)) }
        if amount(funds) > .zero {
            try deposit(funds, for: user, reference: "funds of \(user)")
        }
    }

    @discardableResult
    func deposit(
        _ credited: String, fee: String = "0", for user: UserID = acme, reference: String = "TX-1"
    ) throws -> String {
        try deskVerdict(.deposits) { draft, line in
            try draft.confirm(
                ConfirmedDeposit(
                    user: user, method: "bank", reference: reference, amount: amount(credited),
                    currency: usd, credited: amount(credited), fee: amount(fee)), line)
        }
    }

    func newOrder(
        _ ref: String, charge: String = "2", link: String? = "https://a.example/1",
        service: Int64 = 1, quantity: Int64? = 1_000, parameters: String? = nil
    ) -> NewOrder {
        NewOrder(
            ref: ref, service: ServiceID(service), provider: alpha, link: link, quantity: quantity,
            parameters: parameters, billedUnits: quantity ?? 1, charge: amount(charge))
    }

    /// The outcome of accepting an order.
    @discardableResult
    func order(_ order: NewOrder, of user: UserID = acme) throws -> String {
        try verdict(of: user, .orders, ref: order.ref) { try $0.accept(order, $1) }
    }

    /// An accepted order of a user who can pay it.
    func accepted(
        _ ref: String = "A-1", of user: UserID = acme, link: String? = "https://a.example/1",
        service: Int64 = 1
    ) throws -> OrderID {
        let file = try file(of: user) {
            try $0.accept(
                newOrder(ref, link: link, service: service), ResellerLine(.orders, 1, ref: ref))
        }
        return OrderID(try lines(of: file, .orders)[0].order!)
    }
}

extension Books {
    /// Claims what is due at alpha.
    @discardableResult
    func claim(_ count: Int = 100, waitingForLinks: Bool = false) throws -> [OrderID] {
        try ledger.advance(
            recording: [], claiming: [Claim(provider: alpha, count: count)],
            waitingForLinks: waitingForLinks, at: now
        ).intents.map(\.order)
    }

    func answer(_ order: OrderID, _ content: SendOutcome.Content) throws {
        _ = try ledger.advance(
            recording: [SendOutcome(order: order, content)], claiming: [], waitingForLinks: false,
            at: now)
    }

    /// An order that alpha has, under the id `P` and its number.
    func placed(_ ref: String = "A-1", of user: UserID = acme) throws -> OrderID {
        let order = try accepted(ref, of: user)
        try claim()
        try answer(order, .placed(providerOrder: "P\(order)", followAt: now))
        return order
    }

    /// An order of which nobody knows whether alpha has it.
    func inDoubt(_ ref: String = "A-1") throws -> OrderID {
        let order = try accepted(ref)
        try claim()
        try answer(order, .unknown(evidence: "timed out"))
        return order
    }

    func settle(
        _ order: OrderID, as settlement: Settlement, charged: ProviderCharge? = nil
    ) throws {
        var news = StatusNews(order: order, askAgain: now)
        news.settlement = settlement
        news.charged = charged
        _ = try ledger.record([news], at: now)
    }
}
