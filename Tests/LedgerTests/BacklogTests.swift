import BatchFiles
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

/// No step of dispatch is worse than linear in its backlog (proof.md §2): ten times the backlog
/// takes at most twelve times the work.
@Suite struct BacklogTests {
    private static let (few, many) = (300, 3_000)

    /// Expects the work of `step` to grow no faster than the backlog.
    private func expectLinear(
        _ location: SourceLocation = #_sourceLocation,
        _ fill: (Books, Int) throws -> Void, _ step: (Books) throws -> Void
    ) throws {
        var efforts: [Int] = []
        for count in [Self.few, Self.many] {
            let books = try Books()
            try books.add(acme, funds: "1000000")
            try fill(books, count)
            efforts.append(try books.effort { try step(books) })
        }
        #expect(efforts[1] <= 12 * max(1, efforts[0]), "\(efforts)", sourceLocation: location)
    }

    private func order(_ books: Books, _ count: Int, link: String? = nil) throws {
        try books.file(of: acme) { draft in
            for number in 1...count {
                let order = books.newOrder(
                    "\(number)", link: link ?? "https://a.example/\(number)")
                try draft.accept(order, ResellerLine(.orders, number, ref: order.ref))
            }
        }
    }

    private func claimAll(_ books: Books) throws {
        while try !books.claim(1_000).isEmpty {}
    }

    @Test func `orders that a killed run left behind`() throws {
        try expectLinear { books, count in
            try order(books, count)
            try claimAll(books)
        } _: { books in
            let held = try books.ledger.holdUnanswered(at: books.now)
            #expect(held >= Self.few)
        }
    }

    @Test func `answers in the journal`() throws {
        try expectLinear { books, count in
            try order(books, count)
            try claimAll(books)
        } _: { books in
            let count: Int = try books.value("SELECT count(*) FROM orders")
            let answers = (1...count).map { number in
                SendOutcome(
                    order: OrderID(Int64(number)),
                    .placed(providerOrder: "P\(number)", followAt: books.now))
            }
            _ = try books.ledger.advance(
                recording: answers, claiming: [], waitingForLinks: false, at: books.now)
        }
    }

    @Test func `due orders of a provider that takes none`() throws {
        try expectLinear { books, count in
            try order(books, count)
        } _: { books in
            var hasMore = true
            while hasMore {
                hasMore = try books.ledger.advance(
                    recording: [], claiming: [], waitingForLinks: true, offeringFrom: [books.alpha],
                    at: books.now
                ).haveMore.contains(books.alpha)
            }
        }
    }

    @Test func `orders for one link, of which only one may be sent`() throws {
        try expectLinear { books, count in
            try order(books, count, link: "https://a.example/same")
        } _: { books in
            while try books.ledger.hasDueOrders(of: books.alpha, at: books.now) {
                try books.claim(16, waitingForLinks: true)
            }
            #expect(try books.value("SELECT count(*) FROM orders WHERE state = 'sending'") == 1)
            try books.ledger.endLinkWaits(at: books.now)
        }
    }

    @Test func `orders sent in turns, from one reseller and from many`() throws {
        let turns = Turns()
        func sendAll(_ books: Books) throws {
            var isAny = true
            while isAny {
                isAny = try !books.ledger.advance(
                    recording: [], waitingForLinks: true, turns: turns, at: books.now
                ) { _ in NextMoves(claims: [Claim(provider: books.alpha, count: 4)]) }
                .intents.isEmpty
            }
            turns.renew(books.alpha)
        }
        try expectLinear { books, count in
            try order(books, count)
        } _: { books in
            try sendAll(books)
        }
        try expectLinear { books, count in
            for number in 1...count {
                let user = UserID(rawValue: "u\(number)")!
                try books.add(user, funds: "10")
                try books.order(
                    books.newOrder("1", link: "https://a.example/\(number)"), of: user)
            }
        } _: { books in
            try sendAll(books)
        }
    }

    @Test func `orders refused as duplicates of an order in doubt`() throws {
        try expectLinear { books, count in
            try order(books, count, link: "https://a.example/same")
            try claimAll(books)
            try books.answer(OrderID(1), .unknown(evidence: "lost"))
        } _: { books in
            let count: Int = try books.value("SELECT count(*) FROM orders")
            _ = try books.ledger.advance(
                recording: (2...count).map { number in
                    SendOutcome(
                        order: OrderID(Int64(number)),
                        .postponed(
                            until: books.now, isRefusal: true, evidence: "active",
                            isDuplicate: true))
                }, claiming: [], waitingForLinks: false, at: books.now)
            let evidence: String = try books.value(
                "SELECT evidence FROM attempts WHERE outcome = 'unknown'")
            #expect(evidence.utf8.count < 200)
        }
    }

    @Test func `due cancels, among those that wait for another provider`() throws {
        try expectLinear { books, count in
            let beta = try books.ledger.providers(configured: [
                ConfiguredProvider(name: "alpha", currency: eur, isEnabled: true),
                ConfiguredProvider(name: "beta", currency: eur, isEnabled: true),
            ])["beta"]!.id
            try order(books, 2 * count)
            try claimAll(books)
            _ = try books.ledger.advance(
                recording: (1...2 * count).map { number in
                    SendOutcome(
                        order: OrderID(Int64(number)),
                        .placed(providerOrder: "P\(number)", followAt: books.now))
                }, claiming: [], waitingForLinks: false, at: books.now)
            try books.file(of: acme) { draft in
                for number in 1...2 * count {
                    try draft.requestCancel(
                        of: OrderID(Int64(number)),
                        ResellerLine(.cancels, number, ref: "C-\(number)"))
                }
            }
            try books.ledger.commit { db in
                _ = try db.run("UPDATE orders SET provider_id = \(beta) WHERE id > \(count)")
            }
        } _: { books in
            let due = try #require(
                books.ledger.dueRequests(.cancel, at: books.now)[books.alpha])
            var rest = due[...]
            while !rest.isEmpty {
                let claimed = try books.ledger.startSending(
                    .cancel, rest.prefix(100), at: books.now)
                #expect(claimed.count == rest.prefix(100).count)
                rest = rest.dropFirst(100)
            }
        }
    }
}
