import Tables
import Timestamps

/// What happens to a provider's services after a look at its list.
package enum CatalogueDecision: Sendable {
    /// The list is believed, and these known services are gone from it.
    case takeOver([PricedService], gone: [KnownService])
    /// The list is not believed: every service stays as it is, and the reason is reported to the
    /// operator, once.
    case leave(LedgerException)
}

/// How many services a catalogue changed.
package struct CatalogueTally: Equatable, Sendable {
    package internal(set) var new = 0
    /// Known services whose changes are reported to the operator.
    package internal(set) var changed = 0
    package internal(set) var dropped = 0
    /// Services whose rate jumped; they wait for the operator.
    package internal(set) var quarantined = 0

    package init() {}

    package static func += (a: inout CatalogueTally, b: CatalogueTally) {
        a.new += b.new
        a.changed += b.changed
        a.dropped += b.dropped
        a.quarantined += b.quarantined
    }
}

extension Ledger {
    /// Takes over a provider's catalogue, in one commit that writes only what differs.
    ///
    /// A service keeps its id for ever, even while it is gone. A new one gets the provider's own
    /// number if that is free, so a panel that moves here keeps its ids. A known service that is
    /// neither listed nor gone stays as it is.
    ///
    /// - Parameters:
    ///   - provider: the provider.
    ///   - now: the time.
    ///   - decide: receives the known services by the provider's ids, and decides what happens to
    ///     them. Nothing else changes them meanwhile.
    /// - Returns: what changed.
    /// - Throws: `StoreError`, `LedgerError`, and what `decide` throws.
    package func takeOver(
        catalogueOf provider: ProviderID, at now: Timestamp,
        _ decide: ([String: KnownService]) throws -> CatalogueDecision
    ) throws -> CatalogueTally {
        try commit { db in
            let known = try KnownService.all(of: provider, db)
            switch try decide(known) {
            case .leave(let exception):
                try Self.raise(exception, order: nil, provider: provider, db, at: now)
                return CatalogueTally()
            case .takeOver(let services, let gone):
                var writer = CatalogueWriter(db, provider, at: now)
                for service in services {
                    try writer.put(service, over: known[service.providerService])
                }
                for service in gone { try writer.drop(service) }
                try db.run("UPDATE providers SET catalogue_at = \(now) WHERE id = \(provider)")
                return writer.tally
            }
        }
    }

    /// Takes over some of a provider's services; the others stay as they are.
    ///
    /// - Returns: how many are new.
    /// - Throws: `StoreError`, `LedgerError`.
    package func takeOver(
        _ services: [PricedService], of provider: ProviderID, at now: Timestamp
    ) throws -> Int {
        try takeOver(catalogueOf: provider, at: now) { _ in .takeOver(services, gone: []) }.new
    }
}
