import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport
import Testing

/// A provider's list as it changes, through the built programs: what the operator and a reseller
/// see.
@Suite struct GuardedCatalogueTests {
    private let list = List()

    /// The rates of the services on a provider's list, by its ids.
    private final class List: Sendable {
        private let rates = Mutex<[(id: Int, rate: String)]>([])

        func offer(_ rates: KeyValuePairs<Int, String>) {
            self.rates.withLock { $0 = rates.map { (id: $0.key, rate: $0.value) } }
        }

        var text: String {
            let rows = rates.withLock { rates in
                rates.map { id, rate in
                    #"{"service":"\#(id)","name":"Likes \#(id)","type":"default","category":"X","#
                        + #""rate":"\#(rate)","min":"1","max":"1,000"}"#
                }
            }
            return "{\"services\":[\(rows.joined(separator: ","))]}"
        }
    }

    @Test func `after a price jump, nothing sells below cost or dearer until the operator agrees`()
        throws
    {
        let provider = LoopbackProvider { [list] request in
            .reply(request.field("action") == "services" ? list.text : "{}")
        }
        defer { provider.stop() }
        list.offer([1: "1.00", 2: "2.00", 3: "3.00", 4: "4.00"])
        let works = try Works(buyingFrom: provider.url)
        // 1.00 EUR is 1.08 USD, and 20 percent more.
        #expect(try works.priceList() == ["1 1.296000", "2 2.592000", "3 3.888000", "4 5.184000"])

        list.offer([1: "1.00", 2: "2.60", 3: "3.05", 5: "0.00"])
        try works.done("poll catalogue")
        #expect(try works.priceList() == ["1 1.296000", "3 3.952800"])
        #expect(try works.verdict(on: 2) == "BELOW_COST")
        #expect(try works.verdict(on: 4) == "SERVICE_DISABLED")
        #expect(try works.verdict(on: 3, maxRate: "3.90") == "RATE_CHANGED")

        #expect(works.run("admin status").output.contains("1 WAITS FOR admin release"))
        try works.done("admin release 2")
        try works.done("ingest")
        #expect(try works.priceList() == ["1 1.296000", "2 3.369600", "3 3.952800"])
        #expect(try works.verdict(on: 2) == "accepted")
        #expect(
            try works.table("SELECT charge FROM orders WHERE service_id = 2") == ["3369600"])

        list.offer([1: "1.00", 2: "2.60", 3: "3.05", 4: "4.00"])
        try works.done("poll catalogue")
        #expect(try works.verdict(on: 4) == "accepted")
        try works.done("report")
        #expect(
            try works.told("catalogue-changes").dropFirst(4) == [
                "2,2,Likes 2,quarantined,rate,2.000000,2.600000",
                "3,3,Likes 3,changed,rate,3.000000,3.050000",
                "3,3,Likes 3,changed,sale_rate,3.888000,3.952800",
                "5,5,Likes 5,new,fault,,its rate is 0; a price in catalogue.yaml sells it all "
                    + "the same",
                "4,4,Likes 4,dropped,,,", "2,2,Likes 2,released,rate,2.000000,2.600000",
                "4,4,Likes 4,returned,,,", "5,5,Likes 5,dropped,,,",
            ])
        #expect(try works.told("exceptions").map { $0.prefix(10) } == ["price_jump"])
        #expect(try works.findings() == [])
    }
}

extension Works {
    /// The services that acme can order, with their rates.
    fileprivate func priceList() throws -> [String] {
        try done("report statements")
        let list = content(at: "\(path)/spool/resellers/acme/outbox/services.csv") ?? ""
        let lines = (try? rows(ofCSV: list)) ?? []
        return lines.dropFirst().map { "\($0[0]) \($0[4])" }
    }

    /// The result of acme's order for a thousand units.
    fileprivate func verdict(on service: Int, maxRate: String? = nil) throws -> String {
        let most = maxRate.map { #", "max_rate": "\#($0)""# } ?? ""
        let link = "https://a.example/\(try table("SELECT count(*) FROM files")[0])"
        try drop(
            #""orders": [{"service": \#(service), "link": "\#(link)", "quantity": 1000\#(most)}]"#,
            for: "acme")
        try done("ingest")
        return try table(
            """
            SELECT coalesce((SELECT code FROM lines WHERE file_id = f.id), f.status) FROM files f
            ORDER BY f.id DESC LIMIT 1
            """)[0]
    }

    /// The lines of one of the operator's files without when and who.
    fileprivate func told(_ name: String) throws -> [String] {
        let csv = try #require(content(at: "\(path)/reports/latest/\(name).csv"))
        return try rows(ofCSV: csv).dropFirst().map {
            $0.dropFirst(name == "exceptions" ? 1 : 2).joined(separator: ",")
        }
    }
}
