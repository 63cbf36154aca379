import Ledger
import Money
import Providers
import Settings

/// Decides whether to believe a provider's list, and which parts of it (contract.md §2,
/// `catalogue.yaml`).
struct CatalogueGuard {
    let settings: CatalogueSettings

    /// Decides what to take over from a list.
    ///
    /// A list that is empty or lost too much says more about the provider's health than about its
    /// services, so it changes nothing.
    ///
    /// - Parameters:
    ///   - listed: the services on the list, with what our rules say about them.
    ///   - known: the services that we know, by the provider's id.
    ///   - leftOut: services in rows that cannot be read. They stay as they are.
    ///   - nameless: how many rows do not name their service. Each may be about a service that
    ///     seems gone, so while there is one, none is gone.
    /// - Returns: what to take over, or why to leave everything as it is.
    func decide(
        _ listed: [ServiceTerms], over known: [String: KnownService], leftOut: Set<String> = [],
        nameless: Int = 0
    ) -> CatalogueDecision {
        guard !listed.isEmpty else { return .leave(.emptyCatalogue) }
        let names = leftOut.union(listed.map(\.entry.service))
        let standing = known.values.filter { $0.withheld != .dropped }
        let gone = standing.filter { !names.contains($0.service.providerService) }
            .sorted { $0.id < $1.id }
        guard isBelieved(losing: max(0, gone.count - nameless), of: standing.count) else {
            return .leave(
                .shrunkenCatalogue(gone.count, of: standing.count, settings.maxShrinkPercent))
        }
        return .takeOver(
            listed.map { terms in
                terms.priced(
                    over: known[terms.entry.service]?.service,
                    maxChange: settings.maxPriceChangePercent)
            }, gone: nameless == 0 ? gone : [])
    }

    private func isBelieved(losing gone: Int, of count: Int) -> Bool {
        // Counts are small: nothing here overflows.
        Int64(gone) * Percent.hundred.micros <= Int64(count) * settings.maxShrinkPercent.micros
    }
}

extension LedgerException {
    /// How many of the rows that were left out the exception names.
    private static let rowsNamed = 5

    /// Rows of a list that cannot be read.
    static func leftOut(_ rows: [UnreadableRow]) -> LedgerException {
        let named = rows.prefix(rowsNamed).map { row in
            "\(row.service.map { "service \($0)" } ?? "row \(row.row)") (\(row.reason))"
        }
        let rest = rows.count > rowsNamed ? " and \(rows.count - rowsNamed) more" : ""
        return LedgerException(
            .catalogueRows,
            "rows of its list of services cannot be read and are left out: "
                + named.joined(separator: ", ") + rest + "; the others are taken over, and a known "
                + "service that is left out stays as it was; show the provider these rows")
    }

    static let emptyCatalogue = LedgerException(
        .catalogueEmpty,
        "its list of services is empty; it is not believed, and its services stay as they are")

    static func shrunkenCatalogue(
        _ gone: Int, of count: Int, _ limit: Percent
    ) -> LedgerException {
        LedgerException(
            .catalogueShrunk,
            """
            its list of services lacks \(gone) of \(count), more than \(limit) percent; it is not \
            believed, and all stay as they are; if it is right, raise max_shrink_percent for one \
            poll catalogue
            """)
    }

    /// No list has been believed since the moment `since`.
    static func lackingCatalogue(since: String) -> LedgerException {
        LedgerException(
            .catalogueMissing,
            "it has given no list of services that is believed since \(since); its prices may "
                + "have changed; ask it")
    }
}
