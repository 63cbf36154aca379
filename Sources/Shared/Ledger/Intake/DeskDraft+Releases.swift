import GRDB
import Money
import Tables

extension DeskDraft {
    /// Agrees to what a service waits for: that it costs what its provider asks since his rate
    /// jumped, or that it is bought again from a provider that refused it as unknown. The latter is
    /// on sale again at once, if the rules sell it; the provider's list is asked for, and takes it
    /// off if it lacks it.
    ///
    /// - Parameter rate: the provider's, if only that one is agreed to.
    package func release(_ service: ServiceID, at rate: Rate?, _ line: Line) throws {
        try record(outcome(ofReleasing: service, at: rate), of: line)
    }

    private func outcome(ofReleasing id: ServiceID, at rate: Rate?) throws -> LineOutcome {
        let row = try db.grdb.cachedStatement(
            sql: """
                SELECT provider_id, rate, offered_rate, withheld, sale_rate, offered_cost_rate,
                    offered_sale_rate, is_wanted AND fault IS NULL
                FROM services WHERE id = ?
                """
        ).fetchRow([id])
        guard let row else {
            return .rejected(Rejection(.unknownService, "there is no service \(id)"))
        }
        let (provider, sold): (ProviderID, Rate) = (row[0], row[1])
        let offered: Rate? = row[2]
        let withheld: KnownService.Withheld? = row[3]
        if withheld == .dropped {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "service \(id) is gone from its provider's list; it comes back with it"))
        }
        guard offered != nil || withheld != nil else {
            return .rejected(Rejection(.notAllowed, "service \(id) waits for nothing"))
        }
        if let rate, rate != offered {
            let found = offered.map { "\($0)" } ?? "no new rate"
            return .rejected(
                Rejection(
                    .rateChanged, "its provider offers \(found), not \(rate); nothing was done"))
        }
        // A price of catalogue.yaml stays, and brings another profit from now on.
        let (sale, newCost, newSale): (Rate, Rate?, Rate?) = (row[4], row[5], row[6])
        let profit = newSale == sale ? newCost.map { PriceRule.profit(of: sale, over: $0) } : nil
        try db.grdb.execute(
            literal: """
                UPDATE services SET rate = coalesce(offered_rate, rate),
                    profit = coalesce(\(profit), profit),
                    cost_rate = coalesce(offered_cost_rate, cost_rate),
                    sale_rate = coalesce(offered_sale_rate, sale_rate), offered_rate = NULL,
                    offered_cost_rate = NULL, offered_sale_rate = NULL,
                    enabled = CASE withheld WHEN 'refused' THEN is_wanted AND fault IS NULL
                        ELSE enabled END,
                    withheld = NULL
                WHERE id = \(id)
                """)
        intake.forgetServices()
        let changes = CatalogueChanges(db, provider, at: intake.now)
        if let offered {
            try changes.note(.released, of: id, "rate", before: "\(sold)", after: "\(offered)")
        }
        if let withheld {
            try changes.note(.released, of: id, "withheld", before: withheld.rawValue)
            try db.grdb.execute(
                literal: "UPDATE providers SET catalogue_due = 0 WHERE id = \(provider)")
        }
        var notes = offered.map { ["it costs \($0) from now on, not \(sold)"] } ?? []
        if withheld != nil {
            notes.append(
                row[7]
                    ? "it is on sale again"
                    : "it may be bought again; catalogue.yaml does not sell it")
        }
        return .accepted(note: notes.joined(separator: "; "))
    }
}
