import BatchFiles
import Money
import Testing
import Timestamps

@testable import Ledger

@Suite struct FileTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    private func settled(_ arrival: Arrival) throws -> FileID? {
        try books.ledger.intake(at: books.now) { try $0.settled(arrival)?.file }
    }

    private func renamed(_ arrival: Arrival, _ name: String) -> Arrival {
        Arrival(
            of: FileOwner(user: arrival.user), name: name, digest: arrival.digest,
            bytes: arrival.bytes,
            receivedAt: arrival.receivedAt)
    }

    private func take(_ arrival: Arrival, batch: String = "B-1") throws -> FileID {
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.openBatch(arrival, batch: batch)
            try draft.accept(
                books.newOrder("A-\(batch)"), ResellerLine(.orders, 1, ref: "A-\(batch)"))
            return try draft.close()
        }
    }

    @Test func `a file that took effect is known by its bytes, once under each name`() throws {
        let arrival = books.arrival(acme, name: "one.json")
        #expect(try settled(arrival) == nil)
        let first = try take(arrival)
        #expect(try settled(arrival) == first)

        let second = try #require(try settled(renamed(arrival, "two.json")))
        #expect(second != first)
        let report = try books.report(of: second)
        #expect(report.status == "duplicate" && report.duplicateOf == "one.json")
        #expect(report.batch == "B-1" && report.balance == amount("8"))

        #expect(try settled(renamed(arrival, "two.json")) == second)
        #expect(try settled(arrival) == first)
        let third = try #require(try settled(renamed(arrival, "three.json")))
        #expect(try books.report(of: third).duplicateOf == "one.json")
        #expect(try books.balance() == amount("8"))
        try books.expectSound()
    }

    @Test func `the same bytes from another user or the desk are another file`() throws {
        let arrival = books.arrival(acme)
        _ = try take(arrival)
        try books.add(zenith)
        for user in [zenith, nil] {
            let other = Arrival(
                of: FileOwner(user: user), name: arrival.name, digest: arrival.digest, bytes: 1,
                receivedAt: books.now)
            #expect(try settled(other) == nil)
        }
    }

    @Test func `a batch name is used once, but stays free if its file had no effect`() throws {
        let reused = { try take(books.arrival(acme), batch: "B-1") }
        let refused = try books.ledger.intake(at: books.now) {
            try $0.refuse(books.arrival(acme), batch: "B-1", lines: 3, Rejection(.badJSON, "no"))
        }
        #expect(try books.report(of: refused).rejected == 3)
        _ = try reused()
        let error = try #require(throws: Rejection.self) { try reused() }
        #expect(error.code == .batchReused && error.detail.contains("orders.json"))
        try books.expectSound()
    }

    @Test func `a file's status says how much of it was accepted`() throws {
        func status(_ charges: [String]) throws -> FileReport {
            let arrival = books.arrival(acme)
            let file = try books.file(of: acme) { draft in
                for (index, charge) in charges.enumerated() {
                    let ref = "\(arrival.digest)-\(index)"
                    try draft.accept(
                        books.newOrder(ref, charge: charge),
                        ResellerLine(.orders, index + 1, ref: ref))
                }
            }
            return try books.report(of: file)
        }
        #expect(try status([]).status == "accepted")
        #expect(try status(["1", "1"]).status == "accepted")
        let partial = try status(["1", "100", "2"])
        #expect(partial.status == "partial" && partial.charged == amount("3"))
        #expect((partial.lines, partial.accepted, partial.rejected) == (3, 2, 1))
        #expect(partial.balance == amount("5"))
        #expect(try status(["100", "100"]).status == "rejected")
        try books.expectSound()
    }

    @Test func `a receipt lists the lines in the order of the file`() throws {
        _ = try books.accepted("known")
        let file = try books.file(of: acme) { draft in
            try draft.reject(ResellerLine(.orders, 1, ref: "A-1"), Rejection(.badValue, "quantity"))
            try draft.accept(books.newOrder("A-2"), ResellerLine(.orders, 2, ref: "A-2"))
            try draft.accept(books.newOrder("known"), ResellerLine(.orders, 3, ref: "known"))
            try draft.accept(books.newOrder("A-4"), ResellerLine(.orders, 4, ref: "A-4"))
            try draft.accept(
                books.newOrder("A-5", charge: "99"), ResellerLine(.orders, 5, ref: "A-5"))
        }
        let lines = try books.lines(of: file, .orders)
        #expect(lines.map(\.line) == [1, 2, 3, 4, 5])
        #expect(
            lines.map { $0.code ?? $0.status } == [
                "BAD_VALUE", "accepted", "duplicate", "accepted", "INSUFFICIENT_FUNDS",
            ])
        #expect(lines.map(\.charge) == [nil, amount("2"), nil, amount("2"), nil])
        #expect(lines[3].order == lines[1].order! + 1)
    }

    @Test func `a file that is taken back leaves no trace, and the next one takes its place`()
        throws
    {
        let before = try books.balance()
        let arrival = books.arrival(acme)
        try books.ledger.intake(at: books.now) { intake in
            let first = try intake.openBatch(books.arrival(acme), batch: "first")
            try first.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
            _ = try first.close()

            #expect(throws: BatchAborted.self) {
                try intake.undoingIfRejected {
                    let draft = try intake.openBatch(arrival, batch: "B-1")
                    draft.keepsRejections = true
                    try draft.accept(books.newOrder("A-2"), ResellerLine(.orders, 1, ref: "A-2"))
                    try draft.reject(
                        ResellerLine(.orders, 2, ref: "A-3"), Rejection(.badValue, "link"))
                    throw BatchAborted(because: draft.rejections)
                }
            }

            let last = try intake.openBatch(arrival, batch: "B-1")
            try last.accept(
                books.newOrder("A-2", charge: "3"), ResellerLine(.orders, 1, ref: "A-2"))
            _ = try last.close()
        }
        #expect(try books.balance() == before - amount("5"))
        #expect(try books.value("SELECT count(*) FROM orders") == 2)
        #expect(try books.value("SELECT count(*) FROM lines WHERE kind = 'orders'") == 0)
        try books.expectSound()
    }

    @Test func `an error in a commit takes the whole commit back`() throws {
        struct Stopped: Error {}
        #expect(throws: Stopped.self) {
            try books.ledger.intake(at: books.now) { intake in
                let draft = try intake.openBatch(books.arrival(acme), batch: "B-1")
                try draft.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
                _ = try draft.close()
                throw Stopped()
            }
        }
        #expect(try books.balance() == amount("10"))
        #expect(try books.value("SELECT count(*) FROM orders") == 0)
        try books.expectSound()
    }

    @Test func `a banned user's file is refused until the ban ends`() throws {
        let until = Timestamp(milliseconds: books.now.milliseconds + 1_000)
        let banned = try books.deskVerdict(.bans) {
            try $0.ban(acme, reason: "chargeback", until: until, $1)
        }
        #expect(banned == "accepted")
        let error = try #require(throws: Rejection.self) { try books.accepted() }
        #expect(error.code == .userBanned && error.detail.contains("chargeback"))
        books.now = until
        _ = try books.accepted()

        try books.deskVerdict(.bans) { try $0.ban(acme, reason: nil, until: nil, $1) }
        #expect(throws: Rejection.self) { try books.accepted("A-2") }
        try books.deskVerdict(.unbans) { try $0.unban(acme, $1) }
        _ = try books.accepted("A-2")
    }
}
