import BatchFiles
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

/// The message of a provider's balance (docs/design.md §6): drift, and evidence for orders in
/// doubt.
@Suite struct BalanceTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    private func topUp(_ text: String) throws {
        try books.deskVerdict(.topups) {
            try $0.topUp("alpha", by: amount(text), reference: "T", $1)
        }
    }

    @discardableResult
    private func tell(_ balance: String) throws -> BalanceNews {
        try books.ledger.recordBalance(
            amount(balance), of: books.alpha, maxDrift: amount("5"), at: books.now)
    }

    private var exceptions: [String] {
        get throws {
            try books.ledger.read {
                try $0.values("SELECT kind || ': ' || detail FROM exceptions")
            }
        }
    }

    @Test func `a drift beyond the limit is reported once, and again after it was gone`() throws {
        try topUp("100")
        for (balance, reported) in [
            ("95", 0), ("94.999999", 1), ("90", 1), ("105", 1), ("105.000001", 2), ("200", 2),
        ] {
            let news = try tell(balance)
            #expect(try news.drift == amount(balance) - amount("100"))
            #expect(try exceptions.count == reported, "\(balance)")
        }
        #expect(
            try exceptions[0].hasPrefix(
                "balance_drift: on \(books.now) its balance was 94.999999 EUR, our transactions "
                    + "say 100.000000; look for"))
    }

    @Test func `before a top-up is booked, the drift is unknown and a balance proves nothing`()
        throws
    {
        let order = try books.inDoubt()
        for balance in ["9", "-500", "600"] {
            #expect(try tell(balance) == BalanceNews(expected: .zero, drift: nil))
        }
        #expect(try exceptions == [])
        #expect(
            try books.value("SELECT balance_drift IS NULL FROM providers WHERE balance = 600000000")
        )
        #expect(try books.ledger.standing().providers.map(\.isDriftUnknown) == [true])
        let evidence: String = try books.value(
            "SELECT evidence FROM attempts WHERE order_id = \(order)")
        #expect(evidence == "timed out")
        try topUp("100")
        try tell("100")
        #expect(try books.ledger.standing().providers.map(\.isDriftUnknown) == [false])
    }

    /// An order costs 1.00 EUR.
    @Test(arguments: [
        ("100", 1, "against it"), ("99", 1, "for it"), ("98", 1, nil), ("99.5", 1, nil),
        ("101", 1, nil), ("100", 2, "against it"), ("99", 2, nil), ("98", 2, "for them"),
    ])
    func `only an exact sum speaks for or against the orders in doubt`(
        balance: String, doubts: Int, words: String?
    ) throws {
        try topUp("100")
        for number in 1...doubts { _ = try books.inDoubt("A-\(number)") }
        try tell(balance)
        try tell(balance)
        let evidence: [String] = try books.ledger.read {
            try $0.values("SELECT evidence FROM attempts")
        }
        for text in evidence {
            guard let words else {
                #expect(text == "timed out")
                continue
            }
            #expect(text.hasPrefix("timed out; balance: "))
            #expect(text.hasSuffix("which speaks \(words)"))
            #expect(text.split(separator: ";").count == 2, "kept once")
        }
        #expect(evidence.count == doubts)
    }

    @Test func `a balance is no evidence while an order is on its way`() throws {
        try topUp("100")
        let order = try books.inDoubt("A-1")
        _ = try books.accepted("A-2", link: "https://a.example/2")
        try books.claim()
        try tell("99")
        let evidence: String = try books.value(
            "SELECT evidence FROM attempts WHERE order_id = \(order)")
        #expect(evidence == "timed out")
    }
}
