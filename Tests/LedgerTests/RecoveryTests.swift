import TestSupport
import Testing

@testable import Ledger

@Suite struct RecoveryTests {
    let books = try! Books()
    /// What the spool saw of a ledger that had come further.
    let seen: String

    init() throws {
        seen = books.folder.write("1 500", to: "generation")
        try books.add(acme, funds: "20")
    }

    @discardableResult
    private func hold(
        _ files: [KeptFile] = [], statusFiles: [UserID: Int64] = [:]
    ) throws -> Int {
        try books.ledger.hold(
            LostTime(files: files, statusFiles: statusFiles), lastSeenIn: seen, at: books.now)
    }

    @Test func `what is unsent or on its way is held, with one attempt of unknown outcome`() throws
    {
        let placed = try books.placed("A-1")
        let sending = try books.accepted("A-2")
        try books.claim()
        let accepted = try books.accepted("A-3")
        let doubtful = try books.accepted("A-4")
        try books.claim()
        try books.answer(doubtful, .unknown(evidence: "timed out"))

        #expect(try hold() == 2)
        #expect(try hold() == 0)
        for order in [sending, accepted, doubtful] {
            #expect(try books.state(of: order) == .inDoubt)
            let attempts: Int = try books.value(
                "SELECT count(*) FROM attempts WHERE order_id = \(order) AND outcome = 'unknown'")
            #expect(attempts == 1)
        }
        #expect(
            try books.value("SELECT evidence FROM attempts WHERE order_id = \(accepted)")
                == "restored from a backup; it may have been sent since")
        #expect(
            try books.value("SELECT evidence FROM attempts WHERE order_id = \(doubtful)")
                == "timed out")
        #expect(try books.state(of: placed) == .placed)
        #expect(try books.claim().isEmpty)
        try books.expectSound()
    }

    @Test func `a refill that may have been asked for is not asked for again`() throws {
        let order = try books.placed()
        try books.settle(order, as: .completed)
        let verdict = try books.verdict(of: acme, .refills, ref: "R-1") {
            try $0.requestRefill(of: order, $1)
        }
        #expect(verdict == "accepted")
        try hold()
        #expect(try books.value("SELECT state FROM requests") == "sending")
    }

    @Test func `numbers of orders that may have been given are not given again`() throws {
        try hold()
        #expect(try books.accepted("A-1") == OrderID(501))
        #expect(try books.accepted("A-2") == OrderID(502))
        try books.expectSound()
    }

    @Test func `numbers stay clear of lost ones when a file is taken back`() throws {
        try hold()
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.open(books.arrival(acme), batch: "1")
            try draft.accept(books.newOrder("A-1"), Line(.orders, 1, ref: "A-1"))
            try draft.abandon()
        }
        #expect(try books.accepted("A-1") == OrderID(501))
    }

    @Test func `what a file of the lost time orders is held as soon as it is taken`() throws {
        let arrival = books.arrival(acme)
        try hold([KeptFile(user: acme, digest: arrival.digest)])
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.open(arrival, batch: "1")
            try draft.accept(books.newOrder("A-1"), Line(.orders, 1, ref: "A-1"))
            _ = try draft.close()
        }
        let other = try books.accepted("A-2")
        #expect(try books.value("SELECT state FROM orders WHERE ref = 'A-1'") == "in_doubt")
        #expect(try books.state(of: other) == .accepted)
        try books.expectSound()
    }

    @Test func `only files whose bytes had no effect are unknown`() throws {
        let file = try books.file(of: acme) { _ in }
        let digest: String = try books.value("SELECT sha256 FROM files WHERE id = \(file)")
        let known = KeptFile(user: acme, digest: digest)
        let others = [
            KeptFile(user: zenith, digest: digest), KeptFile(user: nil, digest: digest),
            KeptFile(user: acme, digest: String(repeating: "f", count: 64)),
        ]
        #expect(try books.ledger.unknown(among: [known] + others) == Set(others))
    }

    @Test func `a status file's number is not given again, nor one left out`() throws {
        try hold(statusFiles: [acme: 7])
        let order = try books.placed()
        try books.settle(order, as: .completed)
        try books.ledger.issueStatusFiles(at: books.now) { _ in [] }
        #expect(try books.ledger.unpublishedStatusFiles().map(\.sequence) == [8])
    }
}
