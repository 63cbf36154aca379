import LoopbackProvider
import Synchronization
import TestHouse
import Testing

@testable import PollStage

/// Orders that ended are asked about once more, over the wire (`poll.look_back`).
@Suite struct LookBackTests {
    /// Three days.
    private static let wait = 259_200

    /// An answer that says nothing of the charge.
    private static func said(_ word: String, remains: Int = 0) -> String {
        #"{"status":"\#(word)","remains":"\#(remains)"}"#
    }

    @Test(arguments: [
        (said("Completed"), [String]()), (said("Canceled"), ["ended_order_changed|1"]),
        (said("Partial", remains: 400), ["ended_order_changed|1"]),
        (said("In progress"), ["ended_order_changed|1"]),
        (#"{"error":"Incorrect order ID"}"#, []),
    ])
    func `an end that the provider takes back is reported once, and moves no money`(
        later: String, exceptions: [String]
    ) throws {
        let isOver = Mutex(false)
        try withHouse { request in
            let answer = isOver.withLock { $0 } ? later : Self.said("Completed")
            return .statuses(request) { _ in answer }
        } _: { house, provider in
            try house.place(1)
            try house.poll()
            #expect(try house.fates() == ["completed|Completed|0"])
            let books = try house.movements()
            isOver.withLock { $0 = true }
            try house.poll()
            #expect(provider.requests.count == 1, "it is left alone for a while")
            for _ in 1...3 {
                house.clock.advance(seconds: Self.wait + 60)
                try house.poll()
                #expect(try house.exceptions() == exceptions)
            }
            #expect(provider.requests.count == 2, "it is asked about once more, and then never")
            #expect(try house.fates() == ["completed|Completed|0"])
            #expect(try house.movements() == books)
        }
    }

    @Test func `the provider's words about an ended order are quoted`() throws {
        let isOver = Mutex(false)
        try withHouse { request in
            let word = isOver.withLock { $0 } ? "Refunded" : "Completed"
            return .statuses(request) { _ in Self.said(word) }
        } _: { house, _ in
            try house.place(1)
            try house.poll()
            isOver.withLock { $0 = true }
            house.clock.advance(seconds: Self.wait + 60)
            try house.poll()
            let detail = try house.exceptionDetails()
            #expect(detail.count == 1 && detail[0].contains(#"says "Refunded", remains 0"#))
        }
    }

    @Test func `without an answer the order is looked back at again`() throws {
        let isOver = Mutex(false)
        try withHouse { request in
            isOver.withLock { $0 }
                ? .reply("", status: 502) : .statuses(request) { _ in Self.said("Completed") }
        } _: { house, provider in
            try house.place(1)
            try house.poll()
            isOver.withLock { $0 = true }
            house.clock.advance(seconds: Self.wait + 60)
            try house.poll()
            isOver.withLock { $0 = false }
            house.clock.advance(seconds: 3_700)
            try house.poll()
            house.clock.advance(seconds: Self.wait)
            try house.poll()
            #expect(provider.requests.count == 3)
            #expect(try house.exceptions() == [])
        }
    }

    @Test func `with look_back 0 nothing is looked back at`() throws {
        try withHouse(also: "poll: {look_back: 0}") {
            .statuses($0) { _ in Self.said("Completed") }
        } _: { house, provider in
            try house.place(1)
            try house.poll()
            house.clock.advance(seconds: Self.wait + 60)
            try house.poll()
            #expect(provider.requests.count == 1)
        }
    }
}
