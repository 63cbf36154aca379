import BatchFiles
import Money
import Testing

@testable import Ledger

@Suite struct DepositTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme)
        try books.add(zenith)
    }

    private func claim(
        _ text: String = "100", by user: UserID = acme, ref: String = "D-1",
        reference: String = "TX-1"
    ) throws -> String {
        try books.verdict(of: user, .deposits, ref: ref) {
            try $0.claimDeposit(
                method: "bank", reference: reference, amount: amount(text), currency: usd, $1)
        }
    }

    @Test func `a claim credits nothing until the desk confirms it, once`() throws {
        #expect(try claim() == "pending")
        #expect(try books.balance() == .zero)
        #expect(try books.deposit("100") == "accepted")
        #expect(try books.balance() == amount("100"))
        #expect(try books.deposit("100") == "duplicate")
        #expect(try books.balance() == amount("100"))
        #expect(try books.value("SELECT count(*) FROM deposits") == 1)
        try books.expectSound()
    }

    @Test func `a payment is confirmed for one user and one amount, for ever`() throws {
        try books.deposit("100")
        #expect(try books.deposit("99") == "DEPOSIT_KNOWN")
        #expect(try books.deposit("100", for: zenith) == "DEPOSIT_KNOWN")
        #expect(try books.balance(of: zenith) == .zero)
        try books.expectSound()
    }

    @Test func `a claim is made once, whatever amount the desk confirms`() throws {
        #expect(try claim() == "pending")
        #expect(try claim() == "duplicate")
        #expect(try claim("90") == "REF_REUSED")
        #expect(try claim(ref: "D-2") == "DEPOSIT_KNOWN")
        #expect(try claim(reference: "TX-2") == "REF_REUSED")
        try books.deposit("95")
        #expect(try claim() == "duplicate")
        try books.expectSound()
    }

    @Test func `claiming another user's payment gives nothing and takes nothing`() throws {
        #expect(try claim(by: zenith) == "pending")
        #expect(try books.deposit("100", for: acme) == "accepted")
        #expect(try books.balance(of: zenith) == .zero)
        #expect(try books.balance(of: acme) == amount("100"))
        #expect(try claim(by: zenith, ref: "D-2") == "DEPOSIT_KNOWN")
        try books.expectSound()
    }

    @Test func `a claim for a payment that was confirmed for another user is refused`() throws {
        try books.deposit("100", for: acme)
        #expect(try claim(by: zenith) == "DEPOSIT_KNOWN")
        #expect(try books.value("SELECT count(*) FROM deposits") == 1)
    }

    @Test func `a fee goes to the house and is linked to its deposit`() throws {
        #expect(try books.deposit("100", fee: "2.5") == "accepted")
        #expect(try books.balance() == amount("97.5"))
        #expect(try books.balance("fees") == amount("2.5"))
        #expect(try books.balance("deposits") == amount("-100"))
        #expect(
            try books.value(
                """
                SELECT f.fee_type || ' ' || d.type || ' ' || t.type FROM transaction_fees f
                JOIN transactions d ON d.id = f.transaction_id
                JOIN transactions t ON t.id = f.fee_transaction_id
                """) == "deposit deposit fee")
        try books.expectSound()
    }

    @Test func `a fee may use up its deposit, but one millionth more is refused`() throws {
        #expect(try books.deposit("1", fee: "1.000001") == "NOT_ALLOWED")
        #expect(try books.balance() == .zero)
        #expect(try books.deposit("1", fee: "1") == "accepted")
        #expect(try books.balance() == .zero)
        #expect(try books.balance("fees") == amount("1"))
        try books.expectSound()
    }

    @Test func `a payment for an unknown user is refused`() throws {
        #expect(try books.deposit("1", for: UserID(rawValue: "ghost")!) == "UNKNOWN_USER")
    }
}

@Suite struct WithdrawalTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100", creditLimit: "50")
    }

    private func ask(
        _ text: String = "25", fee: String = "1", ref: String = "W-1", to: String = "IBAN 1"
    ) throws -> String {
        try books.verdict(of: acme, .withdrawals, ref: ref) {
            try $0.requestWithdrawal(of: amount(text), fee: amount(fee), to: to, $1)
        }
    }

    private func conclude(
        _ ref: String = "W-1", paid: Bool, reference: String? = "TX-9", user: UserID = acme
    ) throws -> String {
        try books.deskVerdict(.withdrawals) {
            try $0.conclude(withdrawal: ref, of: user, isPaid: paid, reference: reference, $1)
        }
    }

    @Test func `a withdrawal is held, then paid out less its fee`() throws {
        #expect(try ask() == "accepted")
        #expect(try books.balance() == amount("75"))
        #expect(try books.balance(.held) == amount("25"))
        try books.expectSound()
        #expect(try conclude(paid: true) == "accepted")
        #expect(try books.balance(.held) == .zero)
        #expect(try books.balance("payouts") == amount("24"))
        #expect(try books.balance("fees") == amount("1"))
        try books.expectSound()
    }

    @Test func `a declined withdrawal gives all its money back`() throws {
        _ = try ask()
        #expect(try conclude(paid: false, reference: nil) == "accepted")
        #expect(try books.balance() == amount("100"))
        #expect(try books.balance("fees") == .zero)
        try books.expectSound()
    }

    @Test func `a withdrawal is requested and concluded once`() throws {
        _ = try ask()
        #expect(try ask() == "duplicate")
        #expect(try ask("26") == "REF_REUSED")
        #expect(try ask(to: "IBAN 2") == "REF_REUSED")
        _ = try conclude(paid: true)
        #expect(try conclude(paid: true) == "duplicate")
        #expect(try conclude(paid: true, reference: "TX-10") == "NOT_ALLOWED")
        #expect(try conclude(paid: false) == "NOT_ALLOWED")
        #expect(try books.balance() == amount("75"))
        try books.expectSound()
    }

    @Test func `only a user's own money can be withdrawn, never credit`() throws {
        #expect(try ask("100.000001") == "INSUFFICIENT_FUNDS")
        #expect(try ask("100") == "accepted")
        #expect(try ask("1", fee: "0", ref: "W-2") == "INSUFFICIENT_FUNDS")
        try books.expectSound()
    }

    @Test func `a withdrawal must leave something to pay out after its fee`() throws {
        #expect(try ask("1", fee: "1.000001") == "NOT_ALLOWED")
        #expect(try ask("1", fee: "1") == "NOT_ALLOWED")
        #expect(try books.balance() == amount("100"))
        #expect(try ask("1", fee: "0.999999") == "accepted")
    }

    @Test func `only a withdrawal that was requested can be concluded`() throws {
        #expect(try conclude("W-7", paid: true) == "BAD_VALUE")
        #expect(try conclude(paid: true, user: zenith) == "UNKNOWN_USER")
    }
}
