import Glibc
import Ledger
import LoopbackProvider
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage

@Suite struct AnswerJournalTests {
    static let later = Timestamp(milliseconds: 1_748_772_300_000)
    static let answers: [SendOutcome] = [
        SendOutcome(order: OrderID(1), .placed(providerOrder: "9912", followAt: later)),
        SendOutcome(
            order: OrderID(2), .postponed(until: later, isRefusal: true, evidence: "HTTP 429: \"\n")
        ),
        SendOutcome(order: OrderID(3), .postponed(until: later, isRefusal: false, evidence: "")),
        SendOutcome(order: OrderID(4), .refused(evidence: "Incorrect request")),
        SendOutcome(
            order: OrderID(7),
            .postponed(until: later, isRefusal: true, evidence: "active", isDuplicate: true)),
        SendOutcome(order: OrderID(6), .refused(evidence: "service_not_found", isOfService: true)),
        SendOutcome(order: OrderID(5), .unknown(evidence: "Что-то пошло не так \u{0}")),
    ]

    @Test func `kept answers are there when the journal is opened again, until it is cleared`()
        throws
    {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/answers"
        do {
            let journal = try AnswerJournal(path)
            #expect(try journal.kept() == [])
            try journal.keep(Self.answers)
        }
        let journal = try AnswerJournal(path)
        #expect(try journal.kept() == Self.answers)
        try journal.clear()
        #expect(try journal.kept() == [])
    }

    @Test func `more answers than one read returns are all there`() throws {
        let folder = TemporaryFolder()
        let journal = try AnswerJournal("\(folder.path)/answers")
        let many = (1...3_000).map { number in
            SendOutcome(
                order: OrderID(Int64(number)),
                .unknown(evidence: String(repeating: "x", count: number % 300)))
        }
        try journal.keep(many)
        #expect(try journal.kept() == many)
    }

    @Test func `a journal that was cut off anywhere says nothing false`() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/answers"
        let journal = try AnswerJournal(path)
        try journal.keep(Self.answers)
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        for end in stride(from: 500, through: 0, by: -1) {
            var zero: UInt8 = 0
            pwrite(descriptor, &zero, 1, off_t(end))
            let kept = try journal.kept()
            #expect(kept == Array(Self.answers.prefix(kept.count)))
        }
        #expect(try journal.kept() == [])
    }

    @Test func `its room on the disk is taken before anything is sent`() throws {
        try withHouse {
            .placed($0)
        } _: { house, _ in
            try house.dispatch()
            var status = stat()
            #expect(stat("\(house.settings.spool)/journal/dispatch.answers", &status) == 0)
            #expect(status.st_size == 4 << 20)
            #expect(Int(status.st_blocks) * 512 >= 4 << 20)
        }
    }

    @Test func `answers in the journal are written down once, before anything is sent`() throws {
        try withHouse { request in
            .placed(request)
        } _: { house, provider in
            let orders = try house.accept(links(4))
            let alpha = try house.id(of: "alpha")
            _ = try house.ledger.advance(
                recording: [], claiming: [Claim(provider: alpha, count: 3)], waitingForLinks: true,
                at: house.clock.wall.now())
            let path = "\(house.settings.spool)/journal/dispatch.answers"
            try house.dispatch(only: "alpha", limit: 1)
            #expect(try house.states() == ["in_doubt|3", "placed|1"], "there was no journal")

            let more = try house.accept(links(7).suffix(3).map { $0 })
            _ = try house.ledger.advance(
                recording: [], claiming: [Claim(provider: alpha, count: 3)], waitingForLinks: true,
                at: house.clock.wall.now())
            try AnswerJournal(path).keep([
                SendOutcome(order: more[0], .placed(providerOrder: "777", followAt: Self.later)),
                SendOutcome(
                    order: more[1],
                    .postponed(until: Self.later, isRefusal: false, evidence: "not reached")),
                // An answer that the ledger already has, with other content.
                SendOutcome(order: orders[3], .refused(evidence: "late")),
            ])
            try house.dispatch()
            #expect(
                try house.placements().dropFirst(3)
                    == ["placed|1", "placed|777", "accepted|-", "in_doubt|-"])
            #expect(provider.requests.count == 1, "nothing more was due")
            #expect(try AnswerJournal(path).kept() == [])
        }
    }
}
