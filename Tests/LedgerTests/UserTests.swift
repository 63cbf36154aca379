import BatchFiles
import Money
import Testing

@testable import Ledger

@Suite struct UserTests {
    let books: Books

    init() throws {
        books = try Books()
    }

    @Test func `a credit limit cannot be lowered below the credit in use`() throws {
        try books.add(acme, creditLimit: "5")
        _ = try books.accepted()
        func limit(_ text: String) throws -> String {
            try books.deskVerdict(.users) {
                var entry = UserEntry(user: acme)
                entry.creditLimit = amount(text)
                try $0.put(entry, $1)
            }
        }
        #expect(try limit("1.999999") == "NOT_ALLOWED")
        #expect(try limit("2") == "accepted")
        #expect(try books.order(books.newOrder("A-2", charge: "0.000001")) == "INSUFFICIENT_FUNDS")
        try books.expectSound()
    }

    @Test func `one file may deposit money and end the credit`() throws {
        try books.add(acme, creditLimit: "5")
        _ = try books.accepted()
        let payment = ConfirmedDeposit(
            user: acme, method: "bank", reference: "TX-1", amount: amount("2"), currency: usd,
            credited: amount("2"), fee: .zero)
        var entry = UserEntry(user: acme)
        entry.creditLimit = .zero
        try books.deskFile { draft in
            try draft.confirm(payment, Line(.deposits, 1))
            try draft.put(entry, Line(.users, 1))
        }
        #expect(try books.balance() == .zero)
        try books.expectSound()
    }

    @Test func `what a file does not say about a user stays as it was`() throws {
        try books.deskFile {
            var entry = UserEntry(user: acme)
            (entry.email, entry.name) = ("ops@acme.example", "Acme")
            try $0.put(entry, Line(.users, 1))
            entry = UserEntry(user: acme)
            entry.name = "Acme Ltd"
            try $0.put(entry, Line(.users, 2))
        }
        #expect(
            try books.value("SELECT name || ' ' || email FROM users") == "Acme Ltd ops@acme.example"
        )
        #expect(try books.ledger.users() == [acme])
    }

    @Test func `a user's own price can be set, changed and taken back`() throws {
        try books.add(acme)
        func price() throws -> Rate? {
            var price: Rate?
            try books.file(of: acme) { price = try $0.terms(of: ServiceID(1)).ownPrice }
            return price
        }
        func set(_ price: Rate?, _ service: Int64 = 1, for user: UserID = acme) throws -> String {
            try books.deskVerdict(.prices) {
                try $0.setPrice(price, of: ServiceID(service), for: user, $1)
            }
        }
        #expect(try price() == nil)
        #expect(try set(Rate(micros: 800_000)) == "accepted")
        #expect(try set(Rate(micros: 700_000)) == "accepted")
        #expect(try price() == Rate(micros: 700_000))
        #expect(try set(nil) == "accepted")
        #expect(try price() == nil)
        #expect(try set(nil, 99) == "UNKNOWN_SERVICE")
        #expect(try set(nil, for: zenith) == "UNKNOWN_USER")
    }

    @Test(arguments: ["bans", "unbans", "adjustments"])
    func `nothing is done for an unknown user`(kind: String) throws {
        let verdict = try books.deskVerdict(LineKind(rawValue: kind)!) { draft, line in
            switch line.kind {
            case .bans: try draft.ban(acme, reason: nil, until: nil, line)
            case .unbans: try draft.unban(acme, line)
            default: try draft.adjust(acme, by: amount("1"), by: "anna", line)
            }
        }
        #expect(verdict == "UNKNOWN_USER")
    }
}
