import BatchFiles
import Ledger
import Run
import TestHouse
import Testing

@testable import PollStage

/// Which lists are believed, and what is taken over.
@Suite struct CatalogueGuardTests {
    private let shelf = Shelf()

    @Test func `a price in catalogue.yaml takes effect in the next run, not after the next sync`()
        throws
    {
        try shelf.house { house in
            shelf.list([101])
            try house.poll(.catalogue)
            #expect(try house.shelf() == ["101|1000000|1200000|1|-"])
            let dearer = try house.settings(
                also: """
                    catalogue:
                      services:
                        - {provider: alpha, service: "101", price: "1.50"}
                    """)
            try house.poll(nil, settings: dearer)
            #expect(try house.shelf() == ["101|1000000|1500000|1|-"])
            let changes = try house.catalogueChanges().count
            try house.poll(nil, settings: dearer)
            #expect(try house.catalogueChanges().count == changes)
        }
    }

    @Test func `a backup that can get no order is reported once, with the reason`() throws {
        try shelf.house { house in
            shelf.list([.init(id: "101"), .init(id: "102"), .init(id: "103", type: "Package")])
            let backed = try house.settings(
                also: """
                    catalogue:
                      services:
                        - {provider: alpha, service: "101", backups: [
                           {provider: alpha, service: "102"}, {provider: alpha, service: "999"},
                           {provider: alpha, service: "103"}]}
                        - {provider: alpha, service: "102", enabled: false}
                    """)
            for _ in 1...2 {
                try house.poll(.catalogue, settings: backed)
                try house.poll(settings: backed)
            }
            let told = try house.alerts()
            #expect(told.count == 2)
            for (place, reason) in [
                ("alpha:999", "that provider does not list the service"),
                ("alpha:103", "it is of type Package, and the service of type Default"),
            ] {
                #expect(
                    told.contains {
                        $0.hasPrefix(
                            "backup_unusable|catalogue.yaml names \(place) as a backup of "
                                + "service 101"
                        )
                            && $0.contains(reason)
                    }, "\(told)")
            }
        }
    }

    @Test func `a service that is gone is off sale, and comes back with its id`() throws {
        try shelf.house { house in
            shelf.list(101...110)
            try house.poll(.catalogue)
            let first = try house.shelf()
            shelf.list((101...110).filter { ![103, 105, 107].contains($0) })
            #expect(try house.poll(.catalogue)["dropped_services"] == 3)
            #expect(try house.shelf()[2] == "103|1000000|1200000|0|dropped")
            #expect(try house.shelf()[3] == first[3])
            shelf.list(101...110)
            try house.poll(.catalogue)
            #expect(try house.shelf() == first)
            #expect(
                try house.catalogueChanges().suffix(6) == [
                    "103|dropped|-|-|-", "105|dropped|-|-|-", "107|dropped|-|-|-",
                    "103|returned|-|-|-", "105|returned|-|-|-", "107|returned|-|-|-",
                ])
        }
    }

    @Test func `a list that lost too much changes nothing, and is reported once`() throws {
        try shelf.house { house in
            shelf.list(101...110)
            try house.poll(.catalogue)
            let first = try house.shelf()
            shelf.list(101...106)
            shelf.change(101) { $0.rate = "0.9" }
            for _ in 1...2 {
                #expect(try house.poll(.catalogue)["dropped_services"] == 0)
                #expect(try house.shelf() == first)
            }
            #expect(
                try house.alerts() == [
                    """
                    catalogue_shrunk|its list of services lacks 4 of 10, more than 30 percent; it \
                    is not believed, and all stay as they are; if it is right, raise \
                    max_shrink_percent \
                    for one poll catalogue
                    """
                ])
            #expect(
                house.log.lines.contains {
                    $0.hasPrefix("error: a list of services is not believed")
                })
            // 30 of a hundred are not more than 30 percent.
            shelf.list(101...107)
            #expect(try house.poll(.catalogue)["dropped_services"] == 3)
            // A service that is gone does not count for the next list.
            shelf.list(101...105)
            #expect(try house.poll(.catalogue)["dropped_services"] == 2)
        }
    }

    @Test func `an empty list is reported once and changes nothing`() throws {
        try shelf.house { house in
            shelf.list(101...103)
            try house.poll(.catalogue)
            let first = try house.shelf()
            shelf.list([Int]())
            try house.poll(.catalogue)
            try house.poll(.catalogue)
            #expect(try house.shelf() == first)
            #expect(try house.alerts().map { $0.prefix(15) } == ["catalogue_empty"])
        }
    }

    @Test(arguments: [
        ("1.2", "1200000|1440000|1|-", 0), ("0.8", "800000|960000|1|-", 0),
        ("1.200001", "1000000|1200000|1|-", 1), ("0.799999", "1000000|1200000|1|-", 1),
        ("100", "1000000|1200000|1|-", 1), ("0.000001", "1000000|1200000|1|-", 1),
    ])
    func `a rate that jumps waits for the operator, in both directions`(
        rate: String, sold: String, jumps: Int64
    ) throws {
        try shelf.house { house in
            shelf.list([101])
            try house.poll(.catalogue)
            shelf.change(101) { $0.rate = rate }
            let summary = try house.poll(.catalogue)
            #expect(summary["quarantined_services"] == .integer(Int(jumps)))
            #expect(try house.shelf() == ["101|\(sold)"])
            try house.poll(.catalogue)
            #expect(try house.shelf() == ["101|\(sold)"])
            #expect(try house.alerts().count == jumps)
            #expect(
                try house.table("SELECT offered_rate IS NOT NULL FROM services") == ["\(jumps)"])
        }
    }

    @Test func `an offered rate guards the margin in the house currency until it is taken back`()
        throws
    {
        try shelf.house(currency: "EUR") { house in
            shelf.list([101])
            try house.poll(.catalogue)
            shelf.change(101) { $0.rate = #""3,000.50""# }
            try house.poll(.catalogue)
            let offered = """
                SELECT cost_rate, offered_rate, offered_cost_rate, offered_sale_rate FROM services
                """
            #expect(
                try house.table(offered) == ["1100000|3000500000|3300550000|3960660000"])
            #expect(
                try house.alerts() == [
                    """
                    price_jump|service 101 (the provider's 101) went from 1.000000 to 3000.500000; \
                    it keeps its price, and is not sold below what the provider asks, until a desk \
                    file releases it
                    """
                ])
            shelf.change(101) { $0.rate = "1.1" }
            try house.poll(.catalogue)
            #expect(try house.table(offered) == ["1210000|-|-|-"])
            #expect(
                try house.catalogueChanges().suffix(4) == [
                    "101|quarantined|rate|1.000000|3000.500000",
                    "101|changed|rate|1.000000|1.100000",
                    "101|changed|sale_rate|1.320000|1.452000",
                    "101|withdrawn|rate|3000.500000|1.100000",
                ])
        }
    }

    @Test
    func `the operator's price keeps the profit that it brings, even after a rate is released`()
        throws
    {
        try shelf.house(
            also: #"catalogue: {services: [{provider: alpha, service: "7", price: "4"}]}"#
        ) { house in
            func terms() throws -> [String] {
                try house.table(
                    "SELECT cost_rate, sale_rate, profit, profit_fixed FROM services WHERE id = 7")
            }
            shelf.list([101, 7])
            try house.poll(.catalogue)
            #expect(try terms() == ["1000000|4000000|300000000|0"])
            shelf.change(7) { $0.rate = "3" }
            try house.poll(.catalogue)
            #expect(try terms() == ["1000000|4000000|300000000|0"])
            try house.deskFile { try $0.release(ServiceID(7), at: nil, Line(.releases, 1)) }
            #expect(try terms() == ["3000000|4000000|33333333|0"])
            #expect(try house.poll(.catalogue)["changed_services"] == 0)
        }
    }

    @Test func `a raised limit takes an offered rate over`() throws {
        try shelf.house { house in
            shelf.list([101])
            try house.poll(.catalogue)
            shelf.change(101) { $0.rate = "2" }
            try house.poll(.catalogue)
            let relaxed = #"catalogue: {max_price_change_percent: "100"}"#
            try house.poll(.catalogue, settings: house.settings(also: relaxed))
            #expect(try house.shelf() == ["101|2000000|2400000|1|-"])
            #expect(try house.table("SELECT offered_rate FROM services") == ["-"])
        }
    }

    @Test func `a service that its provider refused is sold again only after it was gone`()
        throws
    {
        try shelf.house { house in
            shelf.list(101...105)
            try house.poll(.catalogue)
            try house.change(service: 103, "enabled = 0, withheld = 'refused'")
            try house.poll(.catalogue)
            #expect(try house.shelf()[2].hasSuffix("|0|refused"))
            shelf.list([101, 102, 104, 105])
            try house.poll(.catalogue)
            #expect(try house.shelf()[2].hasSuffix("|0|dropped"))
            shelf.list(101...105)
            try house.poll(.catalogue)
            #expect(try house.shelf()[2].hasSuffix("|1|-"))
        }
    }
}
