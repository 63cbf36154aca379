import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import PollStage

@Suite struct CatalogueTests {
    private static let rules = """
        catalogue:
          max_shrink_percent: "100"
          rules:
            - {provider: alpha, category: "Instagram*", name: "*Likes*", 
               profit_percent: "50", profit_fixed: "0.10", rename_category: Likes}
            - {category: "Insta*"}
            - {provider: beta, category: "Telegram"}
          services:
            - {provider: alpha, service: "7", name: "Our name", price: "9.99", min: 5, max: 50}
            - {provider: alpha, service: "8", enabled: false}
            - {provider: alpha, service: "4", enabled: true}
        """

    private static let told = """
        SELECT s.id, s.provider_service, s.name, s.type, c.name, s.cost_rate, s.sale_rate, s.min,
            s.max, s.enabled
        FROM services s JOIN categories c ON c.id = s.category_id
        WHERE s.id NOT IN (101, 201) ORDER BY s.id
        """

    private func service(
        _ id: String, _ name: String, _ category: String, rate: String = "1",
        type: String = "Default"
    ) -> String {
        #"{"service":\#(id),"name":"\#(name)","type":"\#(type)","category":"\#(category)","#
            + #""rate":"\#(rate)","min":"10","max":"1,000","refill":true,"cancel":1,"#
            + #""dripfeed":"yes"}"#
    }

    @Test func `a catalogue is taken over by the rules, first match first`() throws {
        let list = [
            service("4", "By itself", "Other"), service("3", "By no rule", "Other"),
            service("5", "Fast Likes", "Instagram"), service("6", "Followers", "Instagram"),
            service("7", "Plain", "Insta"), service("8", "Off", "Insta"),
            service("9", "Members", "Telegram"), service("10", "Odd", "Insta", type: "Live Stream"),
            service("11", "custom", "Insta", type: "custom_comments"),
            #"{"name":"No id"}"#, #"{"service":12,"name":"No rate"}"#,
            service("13", "Dear", "Insta", rate: "9e30"),
        ].joined(separator: ",")
        let alpha = LoopbackProvider { _ in .reply("[\(list)]") }
        defer { alpha.stop() }
        let house = try House(
            [
                Supplier("alpha", url: alpha.url, currency: "EUR"),
                Supplier("beta", url: "http://127.0.0.1:9/api/v2"),
            ], also: Self.rules)
        let summary = try house.poll(.catalogue)
        #expect(summary["new_services"] == 11)
        let most = Int64.max
        #expect(
            try house.table(Self.told) == [
                "3|3|By no rule|Default|Other|1100000|1320000|10|1000|0",
                "4|4|By itself|Default|Other|1100000|1320000|10|1000|1",
                "5|5|Fast Likes|Default|Likes|1100000|1750000|10|1000|1",
                "6|6|Followers|Default|Instagram|1100000|1320000|10|1000|1",
                "7|7|Our name|Default|Insta|1100000|9990000|5|50|1",
                "8|8|Off|Default|Insta|1100000|1320000|10|1000|0",
                "9|9|Members|Default|Telegram|1100000|1320000|10|1000|0",
                "10|10|Odd|Live Stream|Insta|1100000|1320000|10|1000|0",
                "11|11|custom|Custom Comments|Insta|1100000|1320000|10|1000|1",
                "12|12|No rate|||\(most)|\(most)|0|0|0",
                "13|13|Dear|Default|Insta|\(most)|\(most)|10|1000|0",
            ])
        #expect(
            house.log.lines.contains(
                "warning: rows of a list of services are left out first=10 provider=alpha "
                    + "reason=it has no service id rows=1"))
        #expect(house.log.lines.contains { $0.contains("provider=beta reason=it was not reached") })
    }

    @Test func `a service keeps its id for ever, and an unknown number belongs to no service`()
        throws
    {
        let alpha = LoopbackProvider { request in
            let rate = request.serial == 1 ? "1" : "2"
            return .reply("[\(service("5", "A\(request.serial)", "X", rate: rate))]")
        }
        defer { alpha.stop() }
        let beta = LoopbackProvider { _ in
            .reply("[\(service("5", "B", "X")),\(service("\"x9\"", "C", "X"))]")
        }
        defer { beta.stop() }
        let house = try House(
            [Supplier("alpha", url: alpha.url), Supplier("beta", url: beta.url)],
            also: #"catalogue: {max_shrink_percent: "100", max_price_change_percent: "100"}"#)
        let told = """
            SELECT s.id, p.name, s.provider_service, s.name, s.rate FROM services s
                JOIN providers p ON p.id = s.provider_id WHERE s.id NOT IN (101, 201) ORDER BY s.id
            """
        try house.poll(.catalogue)
        let first = try house.table(told)
        #expect(
            Set(first.map { $0.split(separator: "|").dropFirst().joined(separator: "|") })
                == ["alpha|5|A1|1000000", "beta|5|B|1000000", "beta|x9|C|1000000"])
        let again = try house.poll(.catalogue)
        #expect(again["new_services"] == 0)
        #expect(
            try house.table(told)
                == first.map {
                    $0.hasSuffix("A1|1000000") ? $0.replacing("A1|1", with: "A2|2") : $0
                })
    }

    @Test(arguments: [
        "[]", #"{"status":"success","data":"Empty Data"}"#, #"[{"service":1}]"#, "{}", "<html>",
        #"{"error":"Invalid API key"}"#,
    ])
    func `an empty or unreadable catalogue changes nothing`(body: String) throws {
        try withHouse { _ in
            .reply(body)
        } _: { house, _ in
            let before = try house.table("SELECT * FROM services")
            try house.poll(.catalogue)
            #expect(try house.table("SELECT * FROM services") == before)
            #expect(house.log.lines.contains { $0.hasPrefix("error:") })
        }
    }

    @Test
    func `catalogues and balances are asked for after sync_every, or by their word`()
        throws
    {
        try withHouse(also: #"catalogue: {sync_every: 600, max_shrink_percent: "100"}"#) {
            request in
            request.field("action") == "balance"
                ? .reply(#"{"balance":"9.99","currency":"USD"}"#)
                : .reply("[\(service("5", "A", "X"))]")
        } _: { house, provider in
            func asked() -> [String] { provider.requests.compactMap { $0.field("action") } }
            // The catalogue was taken over when the house was made.
            try house.poll(nil)
            #expect(asked() == ["balance"])
            try house.poll(nil)
            #expect(asked() == ["balance"])
            house.clock.advance(seconds: 601)
            try house.poll(nil)
            #expect(asked().dropFirst().sorted() == ["balance", "services"])
            try house.poll(.balances)
            try house.poll(.catalogue)
            #expect(asked().dropFirst(3) == ["balance", "services"])
            #expect(
                house.log.lines.contains(
                    "error: a provider's balance is low balance=9.990000 USD provider=alpha"))
        }
    }

}
