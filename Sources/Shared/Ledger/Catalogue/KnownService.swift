import GRDB
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
    package enum Withheld: String, DatabaseValueConvertible, Column, Sendable {
        /// Its provider refused an order for it as unknown. A list that lacks it makes this `dropped`,
        /// and so, once it is listed again, ends it; a list that never lacked it contradicts him, and
        /// the operator's release decides.
        case refused
        /// It is gone from its provider's list. It comes back with its id when it is listed again.
        case dropped
    }

    /// The services of a provider, by his ids of them.
    static func all(of provider: ProviderID, _ db: any Connection) throws -> [String: KnownService]
    {
        var known: [String: KnownService] = [:]
        let rows = try GRDB.Row.fetchCursor(
            db.grdb, sql: "\(selection) WHERE s.provider_id = ?", arguments: [provider])
        while let row = try rows.next() {
            let service = KnownService(row: row)
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

    /// By position: a catalogue has thousands of rows, and names are slow to look up.
    fileprivate init(row: GRDB.Row) {
        let offered: OfferedPrices? =
            row.hasNull(atIndex: 18)
            ? nil : OfferedPrices(rate: row[18], costRate: row[19], saleRate: row[20])
        id = row[0]
        service = PricedService(
            providerService: row[1], name: row[2], type: row[3], category: row[4], rate: row[5],
            costRate: row[6], profit: row[7], profitFixed: row[8], saleRate: row[9],
            minimum: row[10], maximum: row[11], drips: row[12], refills: row[13], cancels: row[14],
            isEnabled: row[15], offered: offered, fault: row[16])
        withheld = row[17]
        isWanted = row[21]
    }
}

extension Ledger {
    /// A service as it stands; nil if there is none of that number.
    package func knownService(_ id: ServiceID) throws -> KnownService? {
        try read { db in
            try GRDB.Row.fetchOne(
                db.grdb, sql: "\(KnownService.selection) WHERE s.id = ?", arguments: [id]
            ).map(KnownService.init(row:))
        }
    }
}
