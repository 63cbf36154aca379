import Tables

/// A service of a provider as the ledger has it.
package struct KnownService: Sendable {
    package let id: ServiceID
    /// As it was written last; enabled if it is on sale.
    package let service: PricedService
    package let withheld: Withheld?
    /// Whether the rules sell it, by the last list.
    package let isWanted: Bool

    /// Why a service is not sold although the rules would sell it.
    package enum Withheld: String, Column, Sendable {
        /// Its provider refused an order for it as unknown. A list that lacks it turns this into
        /// `dropped`, which ends once it is listed again. A list that never lacked it contradicts
        /// the provider, and the operator's release decides.
        case refused
        /// It is gone from its provider's list. It comes back with its id when it is listed again.
        case dropped
    }

    /// A provider's services, by the provider's ids.
    static func all(
        of provider: ProviderID, _ db: any Connection
    ) throws -> [String: KnownService] {
        var known: [String: KnownService] = [:]
        try db.forEach("\(raw: selection) WHERE s.provider_id = \(provider)") { row in
            let service = try KnownService(row)
            known[service.service.providerService] = service
        }
        return known
    }

    fileprivate static let selection = """
        SELECT s.id, s.provider_service, s.name, s.type, c.name, s.rate, s.cost_rate, s.profit,
            s.profit_fixed, s.sale_rate, s.min, s.max, s.dripfeed, s.refill, s.cancel, s.enabled,
            s.fault, s.withheld, s.offered_rate, s.offered_cost_rate, s.offered_sale_rate,
            s.is_wanted
        FROM services s JOIN categories c ON c.id = s.category_id
        """

    /// Reads by position: a catalogue has thousands of rows, and names are slow to look up.
    fileprivate init(_ row: Row) throws {
        let offered: OfferedPrices? =
            row.isNull(18)
            ? nil
            : OfferedPrices(rate: try row[18], costRate: try row[19], saleRate: try row[20])
        id = try row[0]
        service = PricedService(
            providerService: try row[1], name: try row[2], type: try row[3], category: try row[4],
            rate: try row[5], costRate: try row[6], profit: try row[7], profitFixed: try row[8],
            saleRate: try row[9], minimum: try row[10], maximum: try row[11], drips: try row[12],
            refills: try row[13], cancels: try row[14], isEnabled: try row[15], offered: offered,
            fault: try row[16])
        withheld = try row[17]
        isWanted = try row[21]
    }
}

extension Ledger {
    /// A service as it is now; nil if no service has that number.
    ///
    /// - Throws: `StoreError`.
    package func knownService(_ id: ServiceID) throws -> KnownService? {
        try read { db in
            try db.first("\(raw: KnownService.selection) WHERE s.id = \(id)", KnownService.init)
        }
    }
}
