import Ledger
import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import PollStage

/// When answers are written down.
@Suite(.serialized) struct WritingDownTests {
    @Test func `each of thousands is asked about once, though answers are written down together`()
        throws
    {
        try withHouse {
            .statuses($0) { _ in status("Processing") }
        } _: { house, provider in
            try house.place(4_150)
            try house.poll(now: true)
            let ids = (9_001...13_150).map(String.init)
            #expect(provider.requests.flatMap(\.ids).sorted() == ids.sorted())
            #expect(Set(try house.fates()) == ["placed|Processing|0"])
        }
    }

    @Test func `one provider's answer is written down while another is waited for`() throws {
        let books = Mutex<(ledger: Ledger, quick: ProviderID)?>(nil)
        let slow = LoopbackProvider { request in
            let isWrittenDown = eventually {
                books.withLock {
                    try! $0!.ledger.dueToFollow(
                        with: $0!.quick, limit: 1, at: TickingClock.start.adding(seconds: 60))
                }.isEmpty
            }
            guard isWrittenDown else { return .reply("late") }
            return .statuses(request) { _ in status("Completed") }
        }
        defer { slow.stop() }
        let quick = LoopbackProvider { .statuses($0) { _ in status("Processing") } }
        defer { quick.stop() }
        let house = try House([
            Supplier("slow", url: slow.url), Supplier("quick", url: quick.url),
        ])
        try house.place(1, with: "slow")
        try house.place(1, with: "quick")
        books.withLock { $0 = (house.ledger, try! house.id(of: "quick")) }
        try house.poll()
        #expect(try house.fates() == ["completed|Completed|0", "placed|Processing|0"])
    }
}
