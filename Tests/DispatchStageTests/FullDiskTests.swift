import Glibc
import LoopbackProvider
import Settings
import TestHouse
import TestSupport
import Testing

@testable import DispatchStage

@Suite struct FullDiskTests {
    /// The ledger's write-ahead log may not grow, so the real program gets a real error from a real
    /// write in the middle of a run.
    @Test func `answers that cannot be committed are kept, and the next run writes them down`()
        throws
    {
        try withHouse("in_flight: 4") {
            .placed($0)
        } _: { house, provider in
            // Takes the room of the journal.
            try house.dispatch()
            try house.accept(links(60))

            #expect(try runWithoutRoom(house) == 74)
            let journal = try AnswerJournal("\(house.settings.spool)/journal/dispatch.answers")
            let kept = try journal.kept()
            #expect(!kept.isEmpty)
            let sent = provider.requests.count
            #expect(
                try house.count("orders WHERE state IN ('sending', 'placed')") == sent,
                "every order that was sent is known to be sent")
            #expect(
                try house.count("orders WHERE state = 'sending'") == kept.count,
                "every answer was kept")

            #expect(try runWithoutRoom(house, more: 0) == 74)
            #expect(provider.requests.count == sent, "nothing is sent before the journal is empty")
            #expect(try journal.kept() == kept)

            try house.dispatch()
            #expect(try house.states() == ["placed|60"])
            #expect(links(60).allSatisfy { provider.received(link: $0) == 1 })
        }
    }

    /// The exit status of a run in which no file may grow longer than the ledger's log and this
    /// many bytes more.
    private func runWithoutRoom(_ house: House, more: Int = 65_536) throws -> Int32 {
        var log = stat()
        #expect(stat("\(house.settings.ledger)-wal", &log) == 0)
        let blocks = (Int(log.st_size) + more) / 512
        let run = shellRun(
            """
            trap '' XFSZ; ulimit -f \(blocks)
            exec \(builtProgram("dispatch")) --config \(house.configuration) 2>&1
            """)
        #expect(run.output.contains("disk I/O error"), "\(run.output)")
        return run.status
    }
}
