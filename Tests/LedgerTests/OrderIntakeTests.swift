import BatchFiles
import Money
import Tables
import Testing

@testable import Ledger

@Suite struct OrderIntakeTests {
    let books: Books

    init() throws {
        books = try Books()
    }

    @Test func `an accepted order puts its charge on hold`() throws {
        try books.add(acme, funds: "10")
        let order = try books.accepted()
        #expect(try books.state(of: order) == .accepted)
        #expect(try books.balance() == amount("8"))
        #expect(try books.balance(.held) == amount("2"))
        try books.expectSound()
    }

    @Test func `a repeated order is a duplicate and costs nothing`() throws {
        try books.add(acme, funds: "10")
        let first = try books.accepted("A-1")
        let file = try books.file(of: acme) {
            try $0.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
        }
        let line = try books.lines(of: file, .orders)[0]
        #expect(line.status == "duplicate" && line.order == first.rawValue)
        #expect(try books.balance() == amount("8"))
        try books.expectSound()
    }

    @Test func `an order that stands twice in a file is accepted once`() throws {
        try books.add(acme, funds: "10")
        let file = try books.file(of: acme) { draft in
            for number in 1...2 {
                try draft.accept(books.newOrder("A-1"), ResellerLine(.orders, number, ref: "A-1"))
            }
        }
        #expect(try books.lines(of: file, .orders).map(\.status) == ["accepted", "duplicate"])
        #expect(try books.balance() == amount("8"))
        try books.expectSound()
    }

    @Test(
        arguments: [
            ("link", "https://b.example", 1, 1_000, nil),
            ("service", "https://a.example/1", 2, 1_000, nil),
            ("quantity", "https://a.example/1", 1, 999, nil),
            ("parameters", "https://a.example/1", 1, 1_000, #"{"runs":2}"#),
        ] as [(String, String, Int64, Int64, String?)])
    func `a ref with other content is refused`(
        what: String, link: String, service: Int64, quantity: Int64, parameters: String?
    ) throws {
        try books.add(acme, funds: "10")
        _ = try books.accepted("A-1")
        let other = books.newOrder(
            "A-1", link: link, service: service, quantity: quantity, parameters: parameters)
        #expect(try books.order(other) == "REF_REUSED", "\(what)")
        #expect(try books.balance() == amount("8"))
        try books.expectSound()
    }

    @Test func `two users may use the same ref`() throws {
        try books.add(acme, funds: "10")
        try books.add(zenith, funds: "10")
        let (one, other) = (try books.accepted("A-1"), try books.accepted("A-1", of: zenith))
        #expect(one != other)
        try books.expectSound()
    }

    @Test func `an order beyond the balance is refused, and its ref may be used again`() throws {
        try books.add(acme, funds: "1.999999")
        #expect(try books.order(books.newOrder("A-1")) == "INSUFFICIENT_FUNDS")
        #expect(try books.balance() == amount("1.999999"))
        try books.deposit("0.000001")
        #expect(try books.order(books.newOrder("A-1", link: "https://b.example")) == "accepted")
        #expect(try books.balance() == .zero)
        try books.expectSound()
    }

    @Test func `a credit limit can be used to the last millionth and not beyond`() throws {
        try books.add(acme, creditLimit: "3")
        #expect(try books.order(books.newOrder("A-1")) == "accepted")
        #expect(try books.order(books.newOrder("A-2", charge: "1.000001")) == "INSUFFICIENT_FUNDS")
        #expect(try books.order(books.newOrder("A-3", charge: "1")) == "accepted")
        #expect(try books.balance() == amount("-3"))
        try books.expectSound()
    }

    @Test func `a change to a user applies to the next file of the same commit`() throws {
        try books.add(acme)
        try books.ledger.intake(at: books.now) { intake in
            func take(_ user: UserID, _ body: (ResellerDraft) throws -> Void) throws {
                let arrival = books.arrival(user)
                let draft = try intake.openBatch(arrival, batch: arrival.digest)
                try body(draft)
                _ = try draft.close()
            }
            try take(acme) {
                try $0.accept(books.newOrder("A-1"), ResellerLine(.orders, 1, ref: "A-1"))
                try $0.claimDeposit(
                    method: "bank", reference: "TX-1", amount: amount("1"), currency: usd,
                    ResellerLine(.deposits, 1, ref: "D-1"))
            }
            let arrival = books.arrival(nil)
            let desk = try intake.openDeskFile(arrival, batch: arrival.digest)
            var entry = UserEntry(user: acme)
            entry.creditLimit = amount("2")
            try desk.put(entry, Line(.users, 1))
            _ = try desk.close()
            try take(acme) {
                try $0.accept(books.newOrder("D-1"), ResellerLine(.orders, 1, ref: "D-1"))
                try $0.accept(books.newOrder("A-1"), ResellerLine(.orders, 2, ref: "A-1"))
            }
        }
        #expect(
            try books.value(
                "SELECT group_concat(coalesce(code, status), ' ') FROM lines WHERE kind = 'orders'")
                == "INSUFFICIENT_FUNDS REF_REUSED")
        #expect(try books.value("SELECT group_concat(ref, ' ') FROM orders") == "A-1")
        try books.expectSound()
    }

    @Test func `even the largest charge does not break a file`() throws {
        try books.add(acme, funds: "1", creditLimit: "5")
        try books.order(books.newOrder("A-1"))
        let huge = NewOrder(
            ref: "A-2", service: ServiceID(1), provider: books.alpha, link: nil, quantity: 1,
            parameters: nil, billedUnits: 1, charge: Amount(micros: .max))
        #expect(try books.order(huge) == "INSUFFICIENT_FUNDS")
        try books.expectSound()
    }

    @Test func `a free order is held and settled like any other`() throws {
        try books.add(acme)
        #expect(try books.order(books.newOrder("A-1", charge: "0")) == "accepted")
        let order: OrderID = try books.value("SELECT id FROM orders")
        try books.ledger.commit { db in
            _ = try db.run("UPDATE services SET rate = 0, cost_rate = 0")
        }
        try books.claim()
        try books.answer(order, .placed(providerOrder: "9", followAt: books.now))
        try books.settle(order, as: .completed)
        #expect(try books.state(of: order) == .completed)
        try books.expectSound()
    }

    @Test func `an open order for a link is found, an ended one is not`() throws {
        try books.add(acme, funds: "10")
        let order = try books.placed()
        func isOpen(_ link: String, _ service: Int64) throws -> Bool {
            var isOpen = false
            try books.file(of: acme) {
                isOpen = try $0.hasOpenOrder(for: link, service: ServiceID(service))
            }
            return isOpen
        }
        #expect(try isOpen("https://a.example/1", 1))
        #expect(try !isOpen("https://a.example/1", 2))
        #expect(try !isOpen("https://a.example/2", 1))
        try books.settle(order, as: .completed)
        #expect(try !isOpen("https://a.example/1", 1))
    }
}

/// A `ref` is unique per user, whatever it names (contract.md §4).
@Suite struct ReferenceTests {
    /// Everything that has a ref.
    enum Kind: CaseIterable { case order, deposit, withdrawal, refill, cancel }

    @Test(arguments: Kind.allCases, Kind.allCases)
    func `a ref that names one thing cannot name another`(first: Kind, second: Kind) throws {
        let books = try Books()
        try books.add(acme, funds: "100")
        let done = try books.placed("done")
        try books.settle(done, as: .completed)
        let running = try books.placed("running")

        func use(_ kind: Kind) throws -> String {
            switch kind {
            case .order: try books.order(books.newOrder("X"))
            case .deposit:
                try books.verdict(of: acme, .deposits, ref: "X") {
                    try $0.claimDeposit(
                        method: "bank", reference: "TX-9", amount: amount("5"), currency: usd, $1)
                }
            case .withdrawal:
                try books.verdict(of: acme, .withdrawals, ref: "X") {
                    try $0.requestWithdrawal(of: amount("5"), fee: .zero, to: "IBAN", $1)
                }
            case .refill:
                try books.verdict(of: acme, .refills, ref: "X") {
                    try $0.requestRefill(of: done, $1)
                }
            case .cancel:
                try books.verdict(of: acme, .cancels, ref: "X") {
                    try $0.requestCancel(of: running, $1)
                }
            }
        }
        #expect(try use(first) == (first == .deposit ? "pending" : "accepted"))
        let before = try books.balance()
        #expect(try use(second) == (first == second ? "duplicate" : "REF_REUSED"))
        #expect(try books.balance() == before)
        try books.expectSound()
    }
}
