import BatchFiles
import Identity
import Ledger
import Money
import Settings
import Timestamps

extension House {
    /// The whole effect of a reseller's file that nobody dropped before.
    package func file(of user: UserID, _ body: (ResellerDraft) throws -> Void) throws {
        let (arrival, batch) = arrival(of: user)
        try ledger.intake(at: arrival.receivedAt) { intake in
            let draft = try intake.openBatch(arrival, batch: batch)
            try body(draft)
            _ = try draft.close()
        }
    }

    /// The whole effect of a desk file that nobody dropped before.
    package func deskFile(_ body: (DeskDraft) throws -> Void) throws {
        let (arrival, batch) = arrival(of: nil)
        try ledger.intake(at: arrival.receivedAt) { intake in
            let draft = try intake.openDeskFile(arrival, batch: batch)
            try body(draft)
            _ = try draft.close()
        }
    }

    private func arrival(of user: UserID?) -> (Arrival, batch: String) {
        let now = clock.wall.now()
        let batch = String(now.milliseconds)
        let arrival = Arrival(
            of: FileOwner(user: user), name: "\(batch).json",
            digest: String(repeating: "0", count: 64 - batch.count) + batch, bytes: 1,
            receivedAt: now)
        return (arrival, batch)
    }

    /// Accepts an order of a user's for each of `links`: 1000 units for 2.00.
    @discardableResult
    package func accept(
        _ links: [String], from provider: String = "alpha", quantity: Int64 = 1_000,
        by user: String = "acme"
    ) throws -> [OrderID] {
        let index = settings.providers.firstIndex { $0.name == provider }!
        let provider = try id(of: provider)
        return try accept(
            links.map { link in
                NewOrder(
                    ref: "", service: ServiceID(Int64(index + 1) * 100 + 1), provider: provider,
                    link: link, quantity: quantity, parameters: nil, billedUnits: quantity,
                    charge: Amount(micros: quantity * 2_000))
            }, by: UserID(rawValue: user)!)
    }

    /// Adds a user with as much money as acme.
    package func open(_ name: String) throws {
        try deskFile { draft in
            let user = UserID(rawValue: name)!
            try draft.put(UserEntry(user: user), Line(.users, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: user, method: "bank", reference: "TX of \(name)", amount: Self.wealth,
                    currency: settings.currency, credited: Self.wealth, fee: .zero),
                Line(.deposits, 1))
        }
    }

    /// Accepts orders of a user's. Their references are `r` and their numbers.
    @discardableResult
    package func accept(
        _ orders: [NewOrder], by user: UserID = acme
    ) throws -> [OrderID] {
        let last = try Int64(table("SELECT coalesce(max(id), 0) FROM orders")[0])!
        try file(of: user) { draft in
            for (index, order) in orders.enumerated() {
                let order = NewOrder(
                    ref: "r\(last + Int64(index) + 1)", service: order.service,
                    provider: order.provider, link: order.link,
                    linkKey: order.link.flatMap { settings.links.spelling($0).differingKey },
                    quantity: order.quantity,
                    parameters: order.parameters, billedUnits: order.billedUnits,
                    charge: order.charge)
                try draft.accept(order, ResellerLine(.orders, index + 1, ref: order.ref))
            }
        }
        return try table("SELECT id FROM orders WHERE id > \(last) ORDER BY id")
            .map { OrderID(Int64($0)!) }
    }

    /// Places the due orders of a provider, under the ids 9001, 9002 and so on.
    package func place(with provider: String = "alpha") throws {
        let now = clock.wall.now()
        let last = try Int64(
            table("SELECT coalesce(max(CAST(provider_order AS INTEGER)), 9000) FROM orders")[0])!
        let intents = try ledger.advance(
            recording: [], claiming: [Claim(provider: id(of: provider), count: 100_000)],
            waitingForLinks: false, at: now
        ).intents
        _ = try ledger.advance(
            recording: intents.enumerated().map { index, intent in
                SendOutcome(
                    order: intent.order,
                    .placed(providerOrder: String(last + Int64(index) + 1), followAt: now))
            }, claiming: [], waitingForLinks: false, at: now)
    }
}

extension PricedService {
    /// A service bought at 1.00 a thousand and sold at 2.00.
    package static func sample(_ id: String, type: String = "Default") -> PricedService {
        PricedService(
            providerService: id, name: "Followers \(id)", type: type, category: "Instagram",
            rate: Rate(micros: 1_000_000), costRate: Rate(micros: 1_000_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: 2_000_000), minimum: 1,
            maximum: 1_000_000_000, drips: true, refills: true, cancels: true, isEnabled: true)
    }
}
