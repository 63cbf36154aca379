import BatchFiles
import Ledger
import Providers
import TestHouse
import Testing

@testable import PanelAPI

@Suite struct AddTests {
    private static let order = "action=add&service=101&link=https://a.example/9&quantity=1000"

    @Test func `an order that was taken is answered with its number`() async throws {
        let counter = try Counter()
        let answer = try await counter.answer(Self.order, .done(OrderID(23_501)))
        #expect(answer.text == #"{"order":23501}"#)
        #expect(
            PlacementOutcome(of: answer.finished, from: Counter.endpoint)
                == .placed(providerOrder: "23501"))
        #expect(
            counter.lines
                == [#"{"service":101,"link":"https://a.example/9","quantity":1000}"#])
        #expect(counter.refusesSecondOrders == [true])
    }

    @Test func `with a ref, or the header for it, a call may be repeated`() async throws {
        let counter = try Counter()
        _ = try await counter.answer("\(Self.order)&ref=A-1", .done(OrderID(1)))
        _ = try await counter.answer(Self.order, key: "\"A-2\"", .done(OrderID(2)))
        #expect(counter.lines.map { $0.contains("\"ref\":\"A-") } == [true, true])
        #expect(counter.refusesSecondOrders == [false, false])
    }

    @Test func `a ref that has this order is answered without asking anybody`() async throws {
        let counter = try Counter()
        let id = try counter.house.accept(["https://a.example/9"])[0]
        let ref = try #require(try counter.house.ledger.show(acme) { try $0.order(id)?.ref })
        // Whatever became of the service since.
        try counter.house.change(service: 101, "enabled = 0, min = 5000")
        for call in [
            "\(Self.order)&ref=\(ref)", "\(Self.order)&ref=+\(ref)",
            "\(Self.order)&ref=\(ref)&runs=0&comments=x",
            "action=add&service=101&link=http://www.A.example/9/&quantity=1000&ref=\(ref)",
        ] {
            let answer = try await counter.answer(call)
            #expect(answer.text == "{\"order\":\(id)}", "\(call)")
        }
        #expect(counter.lines.isEmpty)
    }

    @Test(arguments: [
        "quantity=999", "link=https://a.example/8", "service=1", "service=", "quantity=x",
        "runs=2", "quantity=",
    ])
    func `a ref that has another order is refused`(change: String) async throws {
        let counter = try Counter()
        let id = try counter.house.accept(["https://a.example/9"])[0]
        let ref = try #require(try counter.house.ledger.show(acme) { try $0.order(id)?.ref })
        let answer = try await counter.answer("\(Self.order)&ref=\(ref)&\(change)")
        #expect(answer.text == CallAnswer(.refReused).text)
    }

    @Test func `a ref belongs to its user`() async throws {
        let counter = try Counter()
        try counter.house.open("zenith")
        let id = try counter.house.accept(["https://a.example/9"])[0]
        let ref = try #require(try counter.house.ledger.show(acme) { try $0.order(id)?.ref })
        let zenith = try #require(UserID(rawValue: "zenith"))
        let answer = try await counter.answer(
            "\(Self.order)&ref=\(ref)", by: zenith, .done(OrderID(77)))
        #expect(answer.text == #"{"order":77}"#)
    }

    @Test(arguments: [
        ("service=999", TradeError.incorrectService), ("service=", .incorrectService),
        ("service=x", .incorrectService), ("service=-101", .incorrectService),
        ("service=99999999999999999999", .incorrectService),
        ("link=", .linkRequired), ("quantity=0", .tooFew(1)),
        ("quantity=1000000001", .tooMany(1_000_000_000)),
    ])
    func `a slip is refused before anybody is asked`(
        change: String, error: TradeError
    ) async throws {
        let counter = try Counter()
        let answer = try await counter.answer("\(Self.order)&\(change)")
        #expect(answer.text == CallAnswer(error).text)
    }

    @Test func `a service that is off sale is not asked for`() async throws {
        let counter = try Counter()
        try counter.house.change(service: 101, "enabled = 0")
        let answer = try await counter.answer(Self.order)
        #expect(answer.text == CallAnswer(.serviceInactive).text)
    }

    @Test(arguments: [
        (RejectionCode.insufficientFunds, TradeError.funds), (.duplicateLink, .activeOrder),
        (.userBanned, .inactiveUser), (.quantityTooSmall, .tooFew(1)), (.belowCost, .tooSmall),
        (.serviceDisabled, .serviceInactive), (.refReused, .refReused),
    ])
    func `what ingest refuses is refused in the trade's words`(
        code: RejectionCode, error: TradeError
    ) async throws {
        let counter = try Counter()
        let answer = try await counter.answer(Self.order, .refused(code))
        #expect(answer.text == CallAnswer(error).text)
        #expect(answer.status == 200)
    }

    @Test func `a service whose price does not pay is out of service`() async throws {
        let counter = try Counter()
        try counter.house.change(service: 101, "sale_rate = 999999")
        let answer = try await counter.answer(Self.order, .refused(.belowCost))
        #expect(answer.text == CallAnswer(.serviceInactive).text)
    }

    @Test func `what came too late is a throttle if it was taken back, and a doubt if not`()
        async throws
    {
        let counter = try Counter()
        let withdrawn = try await counter.answer(Self.order, .withdrawn)
        #expect(withdrawn.text == CallAnswer(.throttled()).text)
        #expect(withdrawn.retryAfter == 1)
        let unanswered = try await counter.answer(Self.order, .unanswered)
        #expect(unanswered.status == 504)
    }
}
