import BatchFiles
import Money
import Tables

extension DeskDraft {
    /// Gives the consent that a service waits for: to its provider's new rate after a jump, or to
    /// buying it again from a provider that refused it as unknown.
    ///
    /// After a refusal the service is on sale again at once, if the rules sell it. The provider is
    /// then asked for its list, and a list that lacks the service takes it off sale.
    ///
    /// `rate`: the provider's rate, if the operator agrees to no other.
    package func release(_ service: ServiceID, at rate: Rate?, _ line: Line) throws {
        try record(outcome(ofReleasing: service, at: rate), of: line)
    }

    private func outcome(ofReleasing id: ServiceID, at rate: Rate?) throws -> LineOutcome {
        guard let service = try WaitingService.fetch(db, id) else {
            return .rejected(Rejection(.unknownService, "there is no service \(id)"))
        }
        if service.withheld == .dropped {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "service \(id) is gone from its provider's list; it comes back with it"))
        }
        guard service.offered != nil || service.withheld != nil else {
            return .rejected(Rejection(.notAllowed, "service \(id) waits for nothing"))
        }
        if let rate, rate != service.offered {
            let found = service.offered.map { "\($0)" } ?? "no new rate"
            return .rejected(
                Rejection(
                    .rateChanged, "its provider offers \(found), not \(rate); nothing was done"))
        }
        try release(id, service)
        intake.forgetServices()
        return .accepted(note: service.releaseInWords)
    }

    private func release(_ id: ServiceID, _ service: WaitingService) throws {
        try db.run(
            """
            UPDATE services SET rate = coalesce(offered_rate, rate),
                profit = coalesce(\(service.newProfit), profit),
                cost_rate = coalesce(offered_cost_rate, cost_rate),
                sale_rate = coalesce(offered_sale_rate, sale_rate), offered_rate = NULL,
                offered_cost_rate = NULL, offered_sale_rate = NULL,
                enabled = CASE withheld WHEN 'refused' THEN is_wanted AND fault IS NULL
                    ELSE enabled END,
                withheld = NULL
            WHERE id = \(id)
            """)
        let changes = CatalogueChanges(db, service.provider, at: intake.now)
        if let offered = service.offered {
            try changes.note(
                .released, of: id, "rate", before: "\(service.rate)", after: "\(offered)")
        }
        if let withheld = service.withheld {
            try changes.note(.released, of: id, "withheld", before: withheld.rawValue)
            try db.run("UPDATE providers SET catalogue_due = 0 WHERE id = \(service.provider)")
        }
    }
}

/// A service, with everything needed to release it.
private struct WaitingService {
    let provider: ProviderID
    /// The provider's rate, as we know it.
    let rate: Rate
    /// The provider's rate since it jumped, if nobody has agreed to it yet.
    let offered: Rate?
    let withheld: KnownService.Withheld?
    let saleRate: Rate
    let offeredCostRate, offeredSaleRate: Rate?
    /// Whether the rules sell it.
    let isWanted: Bool

    static func fetch(_ db: any Connection, _ id: ServiceID) throws -> WaitingService? {
        try db.first(
            """
            SELECT provider_id, rate, offered_rate, withheld, sale_rate, offered_cost_rate,
                offered_sale_rate, is_wanted AND fault IS NULL
            FROM services WHERE id = \(id)
            """
        ) { row in
            WaitingService(
                provider: try row[0], rate: try row[1], offered: try row[2], withheld: try row[3],
                saleRate: try row[4], offeredCostRate: try row[5], offeredSaleRate: try row[6],
                isWanted: try row[7])
        }
    }

    /// The profit at the new cost, if `catalogue.yaml` sets the price, which then stays.
    var newProfit: Percent? {
        guard offeredSaleRate == saleRate, let offeredCostRate else { return nil }
        return PriceRule.profit(of: saleRate, over: offeredCostRate)
    }

    var releaseInWords: String {
        var words = offered.map { ["it costs \($0) from now on, not \(rate)"] } ?? []
        if withheld != nil {
            words.append(
                isWanted
                    ? "it is on sale again"
                    : "it may be bought again; catalogue.yaml does not sell it")
        }
        return words.joined(separator: "; ")
    }
}
