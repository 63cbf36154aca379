import BatchFiles
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

/// What taking over a catalogue writes, and what it leaves alone.
@Suite struct CatalogueTests {
    private let books: Books

    init() throws { books = try Books() }

    private func takeOver(_ services: [PricedService], gone: [String] = []) throws -> CatalogueTally
    {
        try books.ledger.takeOver(catalogueOf: books.alpha, at: books.now) { known in
            .takeOver(services, gone: gone.compactMap { known[$0] })
        }
    }

    private func changes() throws -> Int {
        try books.ledger.read { $0.totalChanges }
    }

    /// The rates of service 1, and whether it is sold.
    private func standing() throws -> String {
        try books.value(
            """
            SELECT rate || ' ' || cost_rate || ' ' || sale_rate || ' ' || enabled || ' '
                || coalesce(withheld, '-') || ' ' || coalesce(offered_rate, '-')
            FROM services WHERE id = 1
            """)
    }

    private func told() throws -> [String] {
        try books.ledger.read { db in
            try db.values(
                """
                SELECT kind || ' ' || coalesce(field, '-') || ' ' || coalesce(before, '-') || ' '
                    || coalesce(after, '-')
                FROM catalogue_changes WHERE service_id = 1 AND kind <> 'new' ORDER BY id
                """)
        }
    }

    @Test func `of ten thousand services, only those that differ are written`() throws {
        var services = (1...10_000).map { Books.service("\($0)") }
        #expect(try takeOver(services).new == 9_998)
        // Only the time of the list, and the count of commits.
        var before = try changes()
        #expect(try takeOver(services) == CatalogueTally())
        #expect(try changes() - before == 2)
        services[7_000].maximum += 1
        before = try changes()
        #expect(try takeOver(services).changed == 1)
        // Also the service, and a line of the report.
        #expect(try changes() - before == 4)
    }

    @Test func `a list that is not believed writes only the reason, once`() throws {
        let exception = LedgerException(.catalogueEmpty, "it is empty")
        for (count, written) in [(1, 2), (1, 0)] {
            let before = try changes()
            let tally = try books.ledger.takeOver(catalogueOf: books.alpha, at: books.now) {
                known in
                #expect(known.count == 2)
                return .leave(exception)
            }
            #expect(tally == CatalogueTally())
            #expect(try changes() - before == written)
            #expect(try books.value("SELECT count(*) FROM exceptions") == count)
        }
    }

    @Test func `a jumped rate is released as it was offered, or stays as it is`() throws {
        var service = Books.service("1")
        service.offered = OfferedPrices(
            rate: Rate(micros: 3_000_000), costRate: Rate(micros: 3_300_000),
            saleRate: Rate(micros: 6_000_000))
        #expect(try takeOver([service]).quarantined == 1)
        #expect(try standing() == "1000000 1100000 2000000 1 - 3000000")
        #expect(try release(at: Rate(micros: 2_999_999)) == "RATE_CHANGED")
        #expect(try standing() == "1000000 1100000 2000000 1 - 3000000")
        #expect(try release() == "accepted")
        #expect(try standing() == "3000000 3300000 6000000 1 - -")
        #expect(try release() == "NOT_ALLOWED")
        #expect(
            try told() == [
                "quarantined rate 1.000000 3.000000", "released rate 1.000000 3.000000",
            ])
    }

    @Test func `a refused service is sold again once it is released`() throws {
        let services = [Books.service("1"), Books.service("2", isFlexible: false)]
        try books.ledger.commit { db in
            try db.script(
                """
                UPDATE services SET enabled = 0, withheld = 'refused' WHERE id = 1;
                UPDATE providers SET catalogue_due = 9999999999999;
                """)
        }
        #expect(try takeOver(services) == CatalogueTally())
        #expect(try release() == "accepted")
        #expect(try standing() == "1000000 1100000 2000000 1 - -")
        // The list may still lack it, so it is asked for at once.
        #expect(try books.value("SELECT catalogue_due FROM providers") == 0)
        #expect(try takeOver(services) == CatalogueTally())
        #expect(try told() == ["released withheld refused -"])
    }

    @Test func `a release does not sell what the rules do not sell`() throws {
        var unwanted = Books.service("1")
        unwanted.isEnabled = false
        let services = [unwanted, Books.service("2", isFlexible: false)]
        try books.ledger.commit { db in
            try db.run("UPDATE services SET enabled = 0, withheld = 'refused' WHERE id = 1")
        }
        _ = try takeOver(services)
        #expect(try release() == "accepted")
        #expect(try standing() == "1000000 1100000 2000000 0 - -")
    }

    @Test func `a service that is gone cannot be released`() throws {
        #expect(try takeOver([], gone: ["1"]).dropped == 1)
        #expect(try standing() == "1000000 1100000 2000000 0 dropped -")
        #expect(try release() == "NOT_ALLOWED")
        #expect(try takeOver([Books.service("1")]) == CatalogueTally())
        #expect(try standing() == "1000000 1100000 2000000 1 - -")
        #expect(try told() == ["dropped - - -", "returned - - -"])
    }

    private func release(at rate: Rate? = nil) throws -> String {
        try books.deskVerdict(.releases) { draft, line in
            try draft.release(ServiceID(1), at: rate, line)
        }
    }
}
