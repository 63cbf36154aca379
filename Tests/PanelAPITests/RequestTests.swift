import BatchFiles
import Ledger
import Providers
import TestHouse
import Testing
import Trade

@testable import PanelAPI

@Suite struct RequestTests {
    /// A counter with completed orders, and a refill of the first under the reference `R-1`.
    private static func delivered(_ count: Int) throws -> (Counter, [OrderID]) {
        let counter = try Counter()
        let ids = try counter.house.accept((1...count).map { "https://a.example/\($0)" })
        try counter.house.place()
        for id in ids { try counter.house.end(id, as: .completed) }
        try counter.house.file(of: acme) { draft in
            try draft.requestRefill(of: ids[0], ResellerLine(.refills, 1, ref: "R-1"))
        }
        return (counter, ids)
    }

    @Test func `a refill is answered with its number`() async throws {
        let (counter, ids) = try Self.delivered(1)
        let call = "action=refill&order=\(ids[0])&ref=R-1"
        for fate in [LineFate.done(ids[0]), .done(nil)] {
            let answer = try await counter.answer(call, fate)
            #expect(answer.text == #"{"refill":"1"}"#)
            let read = try Counter.endpoint.refills(of: ["\(ids[0])"], in: answer.finished).get()
            #expect(read == ["\(ids[0])": .report(Acceptance(refill: "1"))])
        }
        #expect(counter.lines[0] == "{\"ref\":\"R-1\",\"order\":\(ids[0])}")
    }

    @Test func `who asks for a refill that is under way gets that one`() async throws {
        let (counter, ids) = try Self.delivered(1)
        let answer = try await counter.answer("action=refill&order=\(ids[0])", .done(ids[0]))
        #expect(answer.text == #"{"refill":"1"}"#)
        #expect(counter.lines[0].hasPrefix(#"{"ref":"api/"#))
    }

    @Test func `several refills are a list, each with its own answer`() async throws {
        let (counter, ids) = try Self.delivered(2)
        let answer = try await counter.answer(
            "action=refill&orders=\(ids[0]),x,\(ids[1]),77", .done(ids[0]),
            .refused(.refillNotAllowed), .refused(.unknownOrder))
        #expect(
            answer.text
                == "[{\"order\":\(ids[0]),\"refill\":1},"
                + #"{"order":"x","refill":{"error":"Incorrect order ID"}},"#
                + "{\"order\":\(ids[1]),\"refill\":{\"error\":\"This order can not be refilled\"}},"
                + #"{"order":77,"refill":{"error":"Incorrect order ID"}}]"#)
        let read = try Counter.endpoint.refills(
            of: ["\(ids[0])", "\(ids[1])", "77"], in: answer.finished
        ).get()
        #expect(read["\(ids[0])"] == .report(Acceptance(refill: "1")))
        #expect(read["\(ids[1])"] == .error("This order can not be refilled"))
        #expect(read["77"] == .notFound)
    }

    @Test func `the status of a refill is a word that clients know`() async throws {
        let (counter, _) = try Self.delivered(1)
        for (status, word, meaning) in [
            ("NULL", "Pending", RefillStatus.pending), ("'Pending'", "Pending", .pending),
            ("'Accepted'", "In progress", .inProgress), ("'Completed'", "Completed", .completed),
            ("'Rejected'", "Rejected", .rejected), ("'Canceled'", "Canceled", .canceled),
            ("'Unknown'", "Error", .unknown("Error")),
        ] {
            try counter.house.alter("UPDATE requests SET status = \(status)")
            let one = try await counter.answer("action=refill_status&refill=1")
            #expect(one.text == "{\"status\":\"\(word)\"}")
            let several = try await counter.answer("action=refill_status&refills=1,2,x")
            let bad = #"{"error":"Refill not found"}"#
            #expect(
                several.text
                    == "[{\"refill\":1,\"status\":\"\(word)\"},{\"refill\":2,\"status\":\(bad)},"
                    + "{\"refill\":\"x\",\"status\":\(bad)}]")
            let read = try Counter.endpoint.refillStatuses(of: ["1", "2"], in: several.finished)
                .get()
            #expect(read == ["1": .report(meaning), "2": .notFound])
        }
        let missing = try await counter.answer("action=refill_status&refill=9")
        #expect(missing.text == #"{"error":"Refill not found"}"#)
    }

    @Test func `a cancel of one order pleases clients of both kinds`() async throws {
        let counter = try Counter()
        let answer = try await counter.answer("action=cancel&order=5", .done(OrderID(5)))
        #expect(answer.text == #"{"cancel":1,"status":"success"}"#)
        let read = try Counter.endpoint.cancels(of: ["5"], in: answer.finished).get()
        #expect(read == ["5": .report(Acceptance())])
    }

    @Test func `several cancels are a list, each with its own answer`() async throws {
        let counter = try Counter()
        let answer = try await counter.answer(
            "action=cancel&orders=5,6,7,x&ref=C", .done(OrderID(5)), .refused(.orderEnded),
            .withdrawn)
        let ended = #"{"error":"This order can not be canceled"}"#
        #expect(
            answer.text
                == "[{\"order\":5,\"cancel\":1},{\"order\":6,\"cancel\":\(ended)},"
                + "{\"order\":7,\"cancel\":\(CallAnswer(.throttled()).text)},"
                + #"{"order":"x","cancel":{"error":"Incorrect order ID"}}]"#)
        #expect(counter.lines[0] == #"{"ref":"C#5","order":5}"#)
        let read = try Counter.endpoint.cancels(of: ["5", "6"], in: answer.finished).get()
        #expect(
            read == ["5": .report(Acceptance()), "6": .error("This order can not be canceled")])
    }

    @Test func `requests that may have been taken are not answered at all`() async throws {
        let counter = try Counter()
        for call in ["action=cancel&orders=5,6", "action=refill&orders=5,6"] {
            let answer = try await counter.answer(call, .done(OrderID(5)), .unanswered)
            #expect(answer.status == 504)
        }
    }
}
