import Money
import SandboxProvider
import Testing
import Trade

@Suite struct OrderTests {
    /// A valid value for every parameter that an order may need.
    static let values: [Parameter: String] = [
        .link: "https://example.com/p", .quantity: "1000", .keywords: "a%0Ab", .comments: "a%0Ab",
        .usernames: "a%0Ab", .hashtags: "a", .groups: "a", .hashtag: "a", .username: "anna",
        .media: "m", .answerNumber: "2", .min: "10", .max: "20", .delay: "5", .posts: "3",
        .country: "DE", .device: "1", .typeOfTraffic: "1",
    ]

    @Test(arguments: OrderType.all.map(\.name))
    func `every kind of order is sold, priced by its rule, and refused without what it requires`(
        name: String
    ) async throws {
        let type = try #require(OrderType.named(name))
        let service = try #require(Service.catalogue.first { $0.type == name })
        let units: Int64 =
            switch type.billing {
            case .quantity: 1_000
            case .package: 1_000
            case .lines: 2
            case .maximumTimesPosts: 60
            }
        let price = Amount(micros: service.rate.micros * units / 1_000)
        func form(without missing: Parameter?) throws -> String {
            try type.required.filter { $0 != missing }
                .map { "&\($0.rawValue)=\(try #require(Self.values[$0]))" }.joined()
        }

        try await Harness.with { sandbox in
            for parameter in type.required {
                let answer = try await sandbox.ask(
                    "action=add&service=\(service.id)\(try form(without: parameter))")
                #expect(
                    answer
                        == (parameter == .link
                            ? #"{"error":"neworder.error.link"}"#
                            : #"{"error":"Incorrect request"}"#))
            }
            let order = try await sandbox.place("service=\(service.id)\(try form(without: nil))")
            #expect(await sandbox.panel.totals.placed == 1)

            let account = await sandbox.client.send("GET", "/control/orders/\(order)").body
            let charge = Dialect().body(.price(price.description))
            #expect(
                account?.contains("\"charge\":" + String(decoding: charge, as: UTF8.self)) == true)
        }
    }

    static let refusals: [(order: String, error: String)] = [
        ("service=999&link=a&quantity=100", "Incorrect service ID"),
        ("link=a&quantity=100", "Incorrect service ID"),
        ("service=204&link=a&quantity=100", "Incorrect service ID"),
        ("service=101&quantity=100", "neworder.error.link"),
        ("service=101&link=a&quantity=99", "Quantity less than minimal 100"),
        ("service=101&link=a&quantity=-5", "Quantity less than minimal 100"),
        ("service=101&link=a&quantity=50001", "Quantity more than maximum 50000"),
        ("service=101&link=a&quantity=1e3", "Incorrect request"),
        ("service=101&link=a&quantity=100&runs=2", "Incorrect request"),
        ("service=104&link=a&quantity=100&runs=2&interval=5", "Incorrect request"),
        ("service=106&link=a&comments=%0A+%0A", "Incorrect request"),
        ("service=120&username=a&min=20&max=10&posts=1&delay=0", "Incorrect request"),
        ("service=120&username=a&min=10&max=20&posts=1&delay=7", "Incorrect request"),
        ("service=501&link=a&quantity=1000", "Not enough funds on balance"),
    ]

    @Test(arguments: refusals.map(\.order))
    func `a fault of an order is reported in the trade's words, and costs nothing`(
        order: String
    ) async throws {
        let expected = try #require(Self.refusals.first { $0.order == order })
        try await Harness.with(balance: "50") { sandbox in
            let answer = try await sandbox.ask("action=add&\(order)")
            #expect(answer == #"{"error":"\#(expected.error)"}"#)
            #expect(await sandbox.panel.totals == .init(received: 1, placed: 0))
            #expect(try await sandbox.balance() == "50.00")
        }
    }

    @Test func `a link is ordered again only when the first order has ended`() async throws {
        try await Harness.with { sandbox in
            let order = "action=add&service=101&quantity=100&link=a"
            _ = try await sandbox.ask(order)
            #expect(try await sandbox.ask(order).contains("You have active order with this link."))
            _ = try await sandbox.place("service=301&quantity=100&link=a")

            _ = await sandbox.panel.advance(seconds: 60)
            #expect(try await sandbox.ask(order).contains("order"))
            #expect(await sandbox.panel.count(of: "a") == .init(received: 4, placed: 3))
        }
    }

    @Test func `money given back can be spent again`() async throws {
        try await Harness.with(balance: "0.90") { sandbox in
            _ = try await sandbox.place("service=101&quantity=1000&link=sandbox-cancel")
            let next = "action=add&service=101&quantity=1000&link=b"
            #expect(try await sandbox.ask(next) == #"{"error":"Not enough funds on balance"}"#)
            _ = await sandbox.panel.advance(seconds: 60)
            #expect(try await sandbox.ask(next).contains("order"))
        }
    }

    @Test func `an escaped newline ends a comment, and a blank line is no comment`() async throws {
        try await Harness.with { sandbox in
            _ = try await sandbox.place("service=106&link=a&comments=one%5Cntwo%0A%0Athree%0D%0A")
            #expect(try await sandbox.balance() == "999.9625")
        }
    }
}
