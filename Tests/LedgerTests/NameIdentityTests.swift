import BatchFiles
import Money
import Testing

@testable import Ledger

/// References, batches and pages are the same in every spelling.
@Suite struct NameIdentityTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
    }

    @Test(arguments: ["A 1 ", "A  1", "A\u{A0}1", "\u{200B}A 1", "Ａ 1", "A 1\u{FEFF}"])
    func `an order's reference is the same in every spelling`(ref: String) throws {
        #expect(try books.order(books.newOrder("A 1")) == "accepted")
        #expect(try books.order(books.newOrder(ref)) == "duplicate")
        #expect(try books.order(books.newOrder(ref, quantity: 7)) == "REF_REUSED")
        #expect(try books.order(books.newOrder("a 1")) == "accepted")
        #expect(try books.order(books.newOrder("A1")) == "accepted")
        #expect(try books.balance() == amount("94"))
        try books.expectSound()
    }

    @Test(arguments: ["A 1 ", "A  1", "A\u{A0}1"])
    func `an odd first spelling is found again, in the same file and later`(ref: String) throws {
        try books.file(of: acme) { draft in
            try draft.accept(books.newOrder(ref), ResellerLine(.orders, 1, ref: ref))
            try draft.accept(books.newOrder("A 1"), ResellerLine(.orders, 2, ref: "A 1"))
        }
        #expect(try books.order(books.newOrder("A 1")) == "duplicate")
        #expect(try books.order(books.newOrder("A \u{2003}1")) == "duplicate")
        #expect(try books.value("SELECT count(*) FROM orders") == 1)
        #expect(try books.value("SELECT ref FROM orders") == ref)
        try books.expectSound()
    }

    @Test func `a reference is shared by everything that it can name`() throws {
        let order = try books.placed("A-1")
        #expect(
            try books.verdict(of: acme, .cancels, ref: "A-1\u{200B}") {
                try $0.requestCancel(of: order, $1)
            }
                == "REF_REUSED")
        #expect(
            try books.verdict(of: acme, .cancels, ref: " C 1") {
                try $0.requestCancel(of: order, $1)
            }
                == "accepted")
        #expect(
            try books.verdict(of: acme, .cancels, ref: "C 1") {
                try $0.requestCancel(of: order, $1)
            }
                == "duplicate")
        #expect(try books.order(books.newOrder("C  1")) == "REF_REUSED")
        for (ref, verdict) in [("W 1", "accepted"), ("W  1", "duplicate"), ("w 1", "accepted")] {
            #expect(
                try books.verdict(of: acme, .withdrawals, ref: ref) {
                    try $0.requestWithdrawal(of: amount("1"), fee: .zero, to: "IBAN  1", $1)
                } == verdict)
        }
        for (reference, verdict) in [
            ("TX-9", "accepted"), ("tx-9 ", "duplicate"), ("TX-8", "NOT_ALLOWED"),
        ] {
            #expect(
                try books.deskVerdict(.withdrawals) {
                    try $0.conclude(
                        withdrawal: "W\u{A0}1", of: acme, isPaid: true, reference: reference, $1)
                } == verdict)
        }
        try books.expectSound()
    }

    @Test func `a batch is the same in every spelling, but case tells two apart`() throws {
        func take(_ batch: String, of user: UserID? = acme) throws -> String {
            do {
                if let user {
                    try books.file(of: user, batch: batch) { _ in }
                } else {
                    try books.deskFile(batch: batch) { _ in }
                }
                return "taken"
            } catch let rejection as Rejection {
                return "\(rejection.code.rawValue) \(rejection.detail)"
            }
        }
        for user in [acme, nil] {
            #expect(try take("Day 1", of: user) == "taken")
            #expect(
                try take("Day  1", of: user).hasPrefix(
                    "BATCH_REUSED batch \"Day  1\" was used by orders.json as \"Day 1\""))
            #expect(try take("Day 1\u{FEFF}", of: user).hasPrefix("BATCH_REUSED"))
            #expect(try take("day 1", of: user) == "taken")
            #expect(try take(" Day 2", of: user) == "taken")
            #expect(try take("Day 2", of: user).hasPrefix("BATCH_REUSED"))
        }
    }

    @Test func `a provider's reply about a link is evidence for the order in doubt with that page`()
        throws
    {
        func accepted(_ ref: String, _ link: String, key: String?) throws -> OrderID {
            let file = try books.file(of: acme) {
                try $0.accept(
                    NewOrder(
                        ref: ref, service: ServiceID(1), provider: books.alpha, link: link,
                        linkKey: key,
                        quantity: 1_000, parameters: nil, billedUnits: 1_000, charge: amount("2")),
                    ResellerLine(.orders, 1, ref: ref))
            }
            return OrderID(try books.lines(of: file, .orders)[0].order!)
        }
        let doubt = try accepted("A", "https://www.a.example/1", key: "https://a.example/1")
        try books.claim()
        try books.answer(doubt, .unknown(evidence: "timed out"))
        let second = try accepted("B", "https://a.example/1", key: nil)
        try books.claim()
        try books.answer(
            second,
            .postponed(
                until: books.now, isRefusal: true, evidence: "active", isDuplicate: true))
        let evidence: String = try books.value(
            "SELECT evidence FROM attempts WHERE order_id = \(doubt)")
        #expect(evidence.contains("which speaks for it"))
    }

    @Test func `an order repeated with another spelling of its link is a duplicate`() throws {
        try books.order(books.newOrder("A", link: "https://a.example/1"))
        let again = NewOrder(
            ref: "A", service: ServiceID(1), provider: books.alpha, link: "http://www.a.example/1/",
            linkKey: "https://a.example/1", quantity: 1_000, parameters: nil, billedUnits: 1_000,
            charge: amount("2"))
        #expect(try books.order(again) == "duplicate")
    }
}
