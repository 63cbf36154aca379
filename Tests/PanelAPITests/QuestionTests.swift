import BatchFiles
import Ledger
import Money
import Providers
import TestHouse
import Testing
import Trade

@testable import PanelAPI

@Suite struct QuestionTests {
    @Test func `a status is told as clients expect it, as far as it is known`() async throws {
        let counter = try Counter()
        let ids = try counter.house.accept((1...5).map { "https://a.example/\($0)" })
        try counter.house.place()
        try counter.house.end(ids[0], as: .completed)
        try counter.house.end(ids[1], as: .partial(refund: Amount(micros: 314_000)))
        try counter.house.end(ids[2], as: .canceled)
        try counter.house.alter(
            "UPDATE orders SET start_count = 3572, remains = 250, status = 'INPROGRESS' "
                + "WHERE id = \(ids[3])")
        let late = try counter.house.accept(["https://a.example/6"])[0]

        func status(_ id: OrderID) async throws -> String {
            try await counter.answer("action=status&order=\(id)").text
        }
        #expect(
            try await status(ids[0])
                == #"{"charge":"2.000000","start_count":null,"status":"Completed","#
                + #""remains":"0","currency":"USD"}"#)
        #expect(
            try await status(ids[1])
                == #"{"charge":"1.686000","start_count":null,"status":"Partial","#
                + #""remains":"157","currency":"USD"}"#)
        #expect(
            try await status(ids[2])
                == #"{"charge":"0.000000","start_count":null,"status":"Canceled","#
                + #""remains":"1000","currency":"USD"}"#)
        #expect(
            try await status(ids[3])
                == #"{"charge":"2.000000","start_count":"3572","status":"In progress","#
                + #""remains":"250","currency":"USD"}"#)
        #expect(
            try await status(ids[4])
                == #"{"charge":"2.000000","start_count":null,"status":"Pending","#
                + #""remains":"1000","currency":"USD"}"#)
        #expect(
            try await status(late)
                == #"{"charge":"2.000000","start_count":null,"status":"Pending","#
                + #""remains":"1000","currency":"USD"}"#)
    }

    @Test func `several statuses are an object by id, in the order of the call`() async throws {
        let counter = try Counter()
        try counter.house.open("zenith")
        let mine = try counter.house.accept(["https://a.example/1"])[0]
        let other = try counter.house.accept(["https://a.example/2"], by: "zenith")[0]
        let answer = try await counter.answer("action=status&orders=\(other),x,\(mine)")
        let bad = #"{"error":"Incorrect order ID"}"#
        #expect(answer.text.hasPrefix("{\"\(other)\":\(bad),\"x\":\(bad),\"\(mine)\":{\"charge\""))
        let read = try Counter.endpoint.statuses(of: ["\(other)", "\(mine)"], in: answer.finished)
            .get()
        #expect(read["\(other)"] == .notFound)
        guard case .report(let report)? = read["\(mine)"] else {
            Issue.record("\(read)")
            return
        }
        #expect(report.status == .pending)
        #expect(report.remains == 1_000)
        #expect(report.charge == Amount(micros: 2_000_000))
    }

    @Test(arguments: ["order=999", "order=x", "order=", "", "order=0"])
    func `an order that the user does not have is not found`(order: String) async throws {
        let counter = try Counter()
        for action in ["status", "refill", "cancel"] {
            let fates: [LineFate] =
                action != "status" && order == "order=999" ? [.refused(.unknownOrder)] : []
            let call = "action=\(action)&\(order)"
            let answer =
                fates.isEmpty
                ? try await counter.answer(call) : try await counter.answer(call, fates[0])
            #expect(answer.text == #"{"error":"Incorrect order ID"}"#, "\(call)")
        }
    }

    @Test func `two hundred statuses are answered at once`() async throws {
        let counter = try Counter()
        let ids = try counter.house.accept((1...200).map { "https://a.example/\($0)" })
        let list = ids.map(\.description)
        let answer = try await counter.answer("action=status&orders=\(list.joined(separator: ","))")
        let read = try Counter.endpoint.statuses(of: list, in: answer.finished).get()
        #expect(read.values.count { if case .report = $0 { true } else { false } } == 200)
    }

    @Test func `a balance is money in text`() async throws {
        let counter = try Counter()
        let answer = try await counter.answer("action=balance")
        #expect(answer.text == #"{"balance":"1000000.000000","currency":"USD"}"#)
        let read = try Counter.endpoint.balance(in: answer.finished).get()
        #expect(read.amount == House.wealth)
    }

    @Test func `services are at the user's own price, and only those that are sold`() async throws {
        let counter = try Counter()
        let answer = try await counter.answer("action=services")
        #expect(
            answer.text
                == #"[{"service":101,"name":"Followers 101","type":"Default","#
                + #""category":"Instagram","rate":"2.000000","min":"1","max":"1000000000","#
                + #""dripfeed":true,"refill":true,"cancel":true}]"#)
        let catalogue = try Counter.endpoint.catalogue(in: answer.finished).get()
        #expect(catalogue.entries.map(\.service) == ["101"])
        #expect(catalogue.entries.map(\.fault) == [nil])
        #expect(catalogue.entries[0].refill)
        try counter.house.deskFile { draft in
            try draft.setPrice(
                Rate(micros: 1_500_000), of: ServiceID(101), for: acme, Line(.prices, 1))
        }
        #expect(try await counter.answer("action=services").text.contains(#""rate":"1.500000""#))
        try counter.house.change(service: 101, "enabled = 0")
        #expect(try await counter.answer("action=services").text == "[]")
    }

    @Test func `a subscription says how many posts it served once it has ended`() async throws {
        let counter = try Counter()
        let provider = try counter.house.id(of: "alpha")
        _ = try counter.house.ledger.takeOver(
            [.sample("101"), .sample("102", type: "Subscriptions")], of: provider,
            at: counter.house.now)
        let order = NewOrder(
            ref: "", service: ServiceID(102), provider: provider, link: nil, quantity: nil,
            parameters: #"{"username":"acme","min":100,"max":200,"posts":5,"delay":0}"#,
            billedUnits: 1_000, charge: Amount(micros: 2_000_000))
        let id = try counter.house.accept([order])[0]
        let open = try await counter.answer("action=status&order=\(id)")
        #expect(open.text.contains(#""posts":null"#))
        try counter.house.place()
        try counter.house.end(id, as: .partial(refund: Amount(micros: 800_000)))
        let answer = try await counter.answer("action=status&order=\(id)")
        #expect(answer.text.contains(#""posts":"3""#), "\(answer.text)")
        let read = try Counter.endpoint.statuses(of: ["\(id)"], in: answer.finished).get()
        guard case .report(let report)? = read["\(id)"] else { return }
        #expect(report.posts == 3)
    }
}
