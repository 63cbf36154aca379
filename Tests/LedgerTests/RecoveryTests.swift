import BatchFiles
import Money
import TestSupport
import Testing
import Timestamps

@testable import Ledger

@Suite struct RecoveryTests {
    let books: Books
    /// The spool's note of a ledger that had come further.
    let seen: String

    init() throws {
        books = try Books()
        seen = books.folder.write("1 500", to: "generation")
        try books.add(acme, funds: "20")
    }

    @discardableResult
    private func hold(_ files: [KeptFile] = [], statusFiles: [UserID: Int64] = [:]) throws -> Int {
        let files = files.map { LostFile(kept: $0, name: "orders.json") }
        return try books.ledger.hold(
            Gap(files: files, statusFiles: statusFiles), lastSeenIn: seen, at: books.now)
    }

    private static func restored(until moment: Timestamp) -> String {
        "the ledger was restored; it may have been sent until \(moment)"
    }

    @Test func `an unsent order or one on its way is held, with one unknown attempt`() throws {
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
                == Self.restored(until: books.now))
        #expect(
            try books.value("SELECT evidence FROM attempts WHERE order_id = \(doubtful)")
                == "timed out; " + Self.restored(until: books.now))
        #expect(try books.state(of: placed) == .placed)
        #expect(try books.claim().isEmpty)
        try books.expectSound()
    }

    @Test func `an order that may have gone to a backup is in doubt at each place in turn`() throws
    {
        let beta = try books.backUp()
        let order = try books.accepted()
        let sent = books.now
        books.now = books.now.adding(seconds: 86_400)
        try hold()
        let until = books.now
        for (name, provider, service) in [("alpha", books.alpha, "1"), ("beta", beta, "201")] {
            let doubt = try #require(try books.ledger.doubts(with: provider).first)
            #expect((doubt.order, doubt.providerService) == (order, service))
            // In the gap before the restore, at whatever place.
            #expect(doubt.sentFrom == sent)
            #expect(doubt.sentUntil == sent.adding(seconds: 86_400))
            #expect(try books.state(of: order) == .inDoubt)
            #expect(try books.claim().isEmpty)
            books.now = books.now.adding(seconds: 60)
            let verdict = try books.deskVerdict(.decisions) {
                try $0.decide(.notPlaced, on: order, by: "anna", $1)
            }
            #expect(verdict == "accepted")
            let evidence: String = try books.value(
                """
                SELECT a.outcome || ': ' || a.evidence FROM attempts a
                    JOIN providers p ON p.id = a.provider_id WHERE p.name = '\(name)'
                """)
            #expect(
                evidence == "not_sent: \(Self.restored(until: until)); decided by anna: not placed")
            try books.expectSound()
        }
        // No provider has it.
        #expect(try books.state(of: order) == .accepted)
        _ = try books.ledger.advance(
            recording: [], claiming: [Claim(provider: beta, count: 9)], waitingForLinks: false,
            at: books.now)
        #expect(try books.claim() == [order])
    }

    @Test func `an order that a backup has is followed there, and earlier refusers are not asked`()
        throws
    {
        let beta = try books.backUp()
        let order = try books.accepted()
        try hold()
        func tell(_ content: DoubtNews.Content, _ provider: ProviderID) throws -> Int {
            let doubt = try #require(try books.ledger.doubts(with: provider).first)
            let news = DoubtNews(of: doubt, content, askAgain: books.now)
            return try books.ledger.record([news], of: provider, at: books.now)
        }
        try books.deskVerdict(.decisions) {
            try $0.decide(.notPlaced, on: order, by: "anna", $1, asking: { _ in .orders })
        }
        #expect(try tell(.believed(because: "its list does not have it"), books.alpha) == 0)
        #expect(try tell(.found(providerOrder: "B1", evidence: "its list has it"), beta) == 1)
        #expect(try books.state(of: order) == .placed)
        #expect(
            try books.value(
                """
                SELECT p.name || ' ' || o.cost
                FROM orders o JOIN providers p ON p.id = o.provider_id
                """) == "beta 1500000")
        try books.expectSound()

        let refused = try books.accepted("A-2")
        try books.claim()
        try books.answer(refused, .refused(evidence: "no"))
        try hold()
        #expect(try books.ledger.doubts(with: books.alpha).isEmpty)
        try books.deskVerdict(.decisions) {
            try $0.decide(.notPlaced, on: refused, by: "anna", $1)
        }
        #expect(try books.state(of: refused) == .accepted)
        try books.expectSound()
    }

    @Test func `an order that is in doubt already may be so for another reason by now`() throws {
        let beta = try books.backUp()
        let order = try books.inDoubt()
        books.now = books.now.adding(seconds: 86_400)
        #expect(try hold() == 0)
        let doubt = try #require(try books.ledger.doubts(with: books.alpha).first)
        #expect(doubt.sentUntil == books.now)
        try books.deskVerdict(.decisions) {
            try $0.decide(.notPlaced, on: order, by: "anna", $1)
        }
        #expect(try books.ledger.doubts(with: beta).map(\.order) == [order])
    }

    @Test func `a decision from the gap to send again sends nothing`() throws {
        let order = try books.inDoubt()
        let arrival = books.arrival(nil)
        try hold([KeptFile(FileOwner(user: nil), digest: arrival.digest)])
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.openDeskFile(arrival, batch: "1")
            try draft.decide(.notPlaced, on: order, by: "anna", Line(.decisions, 1))
            _ = try draft.close()
        }
        #expect(try books.state(of: order) == .inDoubt)
        #expect(try books.value("SELECT state FROM decisions") == "replaced")
    }

    @Test func `after another restore all places are asked again`() throws {
        _ = try books.backUp()
        let order = try books.accepted()
        for _ in 1...2 {
            try hold()
            for _ in 1...2 {
                #expect(try books.state(of: order) == .inDoubt)
                try books.deskVerdict(.decisions) {
                    try $0.decide(.notPlaced, on: order, by: "anna", $1)
                }
            }
            #expect(try books.state(of: order) == .accepted)
            try books.ledger.resume(lastSeenIn: seen)
        }
        try books.expectSound()
    }

    @Test func `if the clock was ahead when the backup was made, its last moment is not believed`()
        throws
    {
        let order = try books.accepted()
        books.now = books.now.adding(seconds: -3_600)
        try hold()
        let doubt = try #require(try books.ledger.doubts(with: books.alpha).first)
        #expect(doubt.order == order && doubt.sentFrom.milliseconds == 0)
        #expect(doubt.sentUntil == books.now)
    }

    @Test func `a file that cannot be taken again is reported`() throws {
        try hold([KeptFile(FileOwner(user: acme), digest: String(repeating: "a", count: 64))])
        #expect(try books.ledger.awaitsLostFiles())
        #expect(try books.ledger.lostFiles().map(\.name) == ["orders.json"])
        try books.ledger.endWaitForLostFiles(at: books.now)
        #expect(try !books.ledger.awaitsLostFiles())
        #expect(try books.value("SELECT kind FROM exceptions") == "lost_file_gone")
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

    @Test func `nor is a refill that a file of the gap asks for`() throws {
        let order = try books.placed()
        try books.settle(order, as: .completed)
        let arrival = books.arrival(acme)
        try hold([KeptFile(FileOwner(user: acme), digest: arrival.digest)])
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.openBatch(arrival, batch: "1")
            try draft.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1"))
            _ = try draft.close()
        }
        #expect(try books.value("SELECT state FROM requests") == "sending")
        #expect(try books.ledger.endUnansweredRefills(at: books.now) == 1)
        try books.expectSound()
    }

    @Test func `numbers that orders may have got in the gap are not given again`() throws {
        try hold()
        #expect(try books.accepted("A-1") == OrderID(501))
        #expect(try books.accepted("A-2") == OrderID(502))
        try books.expectSound()
    }

    @Test func `numbers stay clear of the lost ones when a file is taken back`() throws {
        try hold()
        _ = try books.ledger.intake(at: books.now) { intake in
            #expect(throws: BatchAborted.self) {
                try intake.undoingIfRejected {
                    let draft = try intake.openBatch(books.arrival(acme), batch: "1")
                    try draft.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
                    throw BatchAborted(because: [])
                }
            }
        }
        #expect(try books.accepted("A-1") == OrderID(501))
    }

    @Test func `the orders of a file of the gap are held as soon as it is taken`() throws {
        let arrival = books.arrival(acme)
        try hold([KeptFile(FileOwner(user: acme), digest: arrival.digest)])
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.openBatch(arrival, batch: "1")
            try draft.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
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
        let known = KeptFile(FileOwner(user: acme), digest: digest)
        let others =
            [FileOwner(user: zenith), FileOwner(user: nil), FileOwner(user: nil, desk: "web")].map {
                KeptFile($0, digest: digest)
            } + [KeptFile(FileOwner(user: acme), digest: String(repeating: "f", count: 64))]
        #expect(try books.ledger.unknown(among: [known] + others) == Set(others))
    }

    @Test func `a status file's number is neither given again nor left out`() throws {
        try hold(statusFiles: [acme: 7])
        let order = try books.placed()
        try books.settle(order, as: .completed)
        try books.ledger.issueStatusFiles(at: books.now) { _ in [] }
        #expect(try books.ledger.unpublishedStatusFiles().map(\.sequence) == [8])
    }
}

extension Books {
    /// Gives service 1 a backup: beta's 201, at 1.50 a thousand.
    fileprivate func backUp() throws -> ProviderID {
        let beta = try ledger.providers(
            configured: ["alpha": eur, "beta": usd].map {
                ConfiguredProvider(name: $0, currency: $1, isEnabled: true)
            })["beta"]!.id
        let service = PricedService(
            providerService: "201", name: "Followers", type: "Default", category: "Instagram",
            rate: Rate(micros: 1_500_000), costRate: Rate(micros: 1_500_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: 2_000_000), minimum: 1, maximum: 1_000_000,
            drips: false, refills: true, cancels: true, isEnabled: true)
        _ = try ledger.takeOver([service], of: beta, at: now)
        try ledger.keep(
            [
                ServiceBackups(
                    provider: "alpha", providerService: "1",
                    backups: [ServiceBackups.Backup(provider: "beta", providerService: "201")])
            ], at: now)
        return beta
    }
}
