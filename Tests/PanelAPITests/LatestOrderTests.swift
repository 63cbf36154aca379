import Ledger
import Money
import Providers
import TestHouse
import Testing

@testable import PanelAPI

/// `orders`, by which a client finds an order whose answer it lost.
@Suite struct LatestOrderTests {
    @Test func `the latest orders come first, with what tells one from another`() async throws {
        let counter = try Counter()
        try counter.house.open("zenith")
        let ids = try counter.house.accept(["https://a.example/1", "https://a.example/2"])
        _ = try counter.house.accept(["https://a.example/3"], by: "zenith")
        let answer = try await counter.answer("action=orders")
        #expect(
            answer.text.hasPrefix(
                #"[{"order":\#(ids[1]),"created":"\#(counter.house.now)","service":101,"#
                    + #""link":"https://a.example/2","quantity":"1000","charge":"2.000000","#))
        let read = try Counter.endpoint.recentOrders(in: answer.finished).get()
        #expect(read.map(\.providerOrder) == ids.reversed().map(\.description))
        #expect(read.map(\.service) == ["101", "101"])
        #expect(read.map(\.quantity) == [1_000, 1_000])
        #expect(read.allSatisfy { $0.placedAt?.isZoned == true })
        #expect(read[0].placedAt.map { "\($0.moment)" } == "\(counter.house.now)")
    }

    @Test func `no more are told than were asked for, and none is an empty list`() async throws {
        let counter = try Counter()
        #expect(try await counter.answer("action=orders&limit=5").text == "[]")
        let ids = try counter.house.accept((1...3).map { "https://a.example/\($0)" })
        for (limit, count) in [("1", 1), ("2", 2), ("3", 3), ("99999", 3)] {
            let answer = try await counter.answer("action=orders&limit=\(limit)")
            let read = try Counter.endpoint.recentOrders(in: answer.finished).get()
            #expect(read.first?.providerOrder == ids[2].description)
            #expect(read.count == count)
        }
        for limit in ["0", "-1", "x", "1.5"] {
            let answer = try await counter.answer("action=orders&limit=\(limit)")
            #expect(answer.text == #"{"error":"Incorrect request"}"#)
        }
    }

    @Test func `an order without link or quantity is told by its user name and units`()
        async throws
    {
        let counter = try Counter()
        let provider = try counter.house.id(of: "alpha")
        _ = try counter.house.ledger.takeOver(
            [.sample("101"), .sample("102", type: "Subscriptions")], of: provider,
            at: counter.house.now)
        _ = try counter.house.accept([
            NewOrder(
                ref: "", service: ServiceID(102), provider: provider, link: nil, quantity: nil,
                parameters: #"{"username":"acme","min":100,"max":200,"posts":5,"delay":0}"#,
                billedUnits: 1_000, charge: Amount(micros: 2_000_000))
        ])
        let answer = try await counter.answer("action=orders")
        #expect(answer.text.contains(#""link":"acme","quantity":"1000""#), "\(answer.text)")
    }
}
