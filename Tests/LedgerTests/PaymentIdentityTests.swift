import BatchFiles
import Money
import Tables
import Testing

@testable import Ledger

/// A payment is credited or booked once, in whatever spelling.
@Suite struct PaymentIdentityTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
        try books.add(zenith)
    }

    private func confirm(
        _ method: String, _ reference: String, for user: UserID = acme, _ text: String = "10"
    ) throws -> String {
        try books.deskVerdict(.deposits) { draft, line in
            try draft.confirm(
                ConfirmedDeposit(
                    user: user, method: method, reference: reference, amount: amount(text),
                    currency: usd, credited: amount(text), fee: .zero), line)
        }
    }

    private func claim(
        _ method: String, _ reference: String, by user: UserID = acme, ref: String = "D-1"
    ) throws -> String {
        try books.verdict(of: user, .deposits, ref: ref) {
            try $0.claimDeposit(
                method: method, reference: reference, amount: amount("10"), currency: usd, $1)
        }
    }

    private func exceptions(_ kind: String) throws -> [String] {
        try books.ledger.read {
            try $0.values("SELECT detail FROM exceptions WHERE kind = \(kind) ORDER BY id")
        }
    }

    static let spellings = [
        ("bank", "TX-889"), ("bank", "TX-889 "), ("bank", "tx-889"), ("Bank", "TX-889"),
        ("bank", "TX\u{200B}-889"), ("ＢＡＮＫ", "ＴＸ－８８９"), (" bank", "\u{FEFF}Tx-889"),
        ("bank", "TX\u{AD}-889\u{202C}"), ("bank\u{A0}", "TX-889"),
    ]

    @Test(arguments: spellings)
    func `a payment is credited once, in whatever spelling`(method: String, reference: String)
        throws
    {
        #expect(try confirm("bank", "TX-889") == "accepted")
        #expect(try confirm(method, reference) == "duplicate")
        #expect(try confirm(method, reference, "11") == "DEPOSIT_KNOWN")
        #expect(try confirm(method, reference, for: zenith) == "DEPOSIT_KNOWN")
        #expect(try books.balance() == amount("110"))
        #expect(try books.balance(of: zenith) == .zero)
        try books.expectSound()
    }

    @Test func `the receipt for another spelling names the first`() throws {
        _ = try confirm("bank", "TX-889")
        let file = try books.deskFile { draft in
            try draft.confirm(
                ConfirmedDeposit(
                    user: acme, method: "Bank", reference: "tx-889 ", amount: amount("10"),
                    currency: usd,
                    credited: amount("10"), fee: .zero), Line(.deposits, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: zenith, method: "Bank", reference: "tx-889", amount: amount("10"),
                    currency: usd, credited: amount("10"), fee: .zero), Line(.deposits, 2))
        }
        let lines = try books.lines(of: file, .deposits)
        #expect(lines[0].detail == "first confirmed as bank TX-889")
        #expect(lines[1].detail?.contains("was confirmed as bank TX-889 for acme over 10") == true)
    }

    @Test func `different payments are each credited`() throws {
        for (method, reference) in [
            ("bank", "TX-889"), ("bank", "TX-890"), ("bank", "TX889"), ("card", "TX-889"),
            ("ban", "kTX-889"), ("bank", "TX 889"),
        ] {
            #expect(try confirm(method, reference) == "accepted", "\(method) \(reference)")
        }
    }

    @Test(arguments: spellings)
    func `a claim is confirmed under another spelling`(method: String, reference: String) throws {
        #expect(try claim(method, reference) == "pending")
        #expect(try confirm("bank", "tx-889") == "accepted")
        #expect(
            try books.value("SELECT status || ' ' || reference FROM deposits WHERE ref = 'D-1'")
                == "confirmed \(reference)")
        #expect(try claim("BANK", "TX-889", ref: " D-1") == "duplicate")
        #expect(
            try books.value("SELECT count(*) FROM deposits WHERE method <> 'bank' OR ref = 'D-1'")
                == 1)
        #expect(try books.balance() == amount("110"))
        try books.expectSound()
    }

    @Test func `two claims for one payment are reported to both users, and once to the operator`()
        throws
    {
        #expect(try claim("bank", "ABC-1") == "pending")
        let file = try books.file(of: zenith) {
            try $0.claimDeposit(
                method: "Bank", reference: "abc-1", amount: amount("10"), currency: usd,
                ResellerLine(.deposits, 1, ref: "D-1"))
        }
        let line = try books.lines(of: file, .deposits)[0]
        #expect(line.status == "pending")
        #expect(line.detail?.contains("another user claims this payment too") == true)
        #expect(try claim("Bank", "abc-1", by: zenith) == "duplicate")
        #expect(try claim("Bank", "ABC-1", by: zenith, ref: "D-2") == "DEPOSIT_KNOWN")
        let told = try exceptions("payment_claimed_twice")
        #expect(told.count == 1)
        #expect(
            told.first?.contains("zenith claims Bank abc-1, which acme claims as bank ABC-1")
                == true)
        // The payment was zenith's: that claim is confirmed, and the other ends.
        #expect(try confirm("BANK", "abc-1", for: zenith) == "accepted")
        #expect(
            try books.value(
                "SELECT group_concat(user_id || ' ' || status) FROM deposits WHERE ref = 'D-1'")
                == "acme rejected,zenith confirmed")
        #expect(try claim("bank", "ABC-1", ref: "D-3") == "DEPOSIT_KNOWN")
        #expect(try books.balance(of: zenith) == amount("10"))
        try books.expectSound()
    }

    @Test func `a claim for another user's payment is rejected and reported`() throws {
        #expect(try claim("Bank", "ABC-1", by: zenith) == "pending")
        #expect(try confirm("bank", "abc-1") == "accepted")
        #expect(
            try books.value("SELECT status FROM deposits WHERE user_id = 'zenith'") == "rejected")
        #expect(
            try books.value(
                "SELECT count(*) FROM changes WHERE user_id = 'zenith' AND kind = 'deposit'")
                == 1)
        #expect(try exceptions("payment_claimed_twice").count == 1)
        #expect(try claim("Bank", "ABC-1", by: zenith) == "DEPOSIT_KNOWN")
        #expect(try books.balance(of: zenith) == .zero)
        try books.expectSound()
    }

    @Test func `a top-up is booked once, in whatever spelling of its reference`() throws {
        func topUp(_ reference: String?, _ text: String = "5", batch: String? = nil) throws
            -> String
        {
            let file = try books.deskFile(batch: batch) {
                try $0.topUp("alpha", by: amount(text), reference: reference, Line(.topups, 1))
            }
            let line = try books.lines(of: file, .topups)[0]
            return line.code ?? line.status
        }
        #expect(try topUp("TX-77") == "accepted")
        #expect(try topUp("tx-77 ") == "duplicate")
        #expect(try topUp("ＴＸ-77", "6") == "REF_REUSED")
        #expect(try topUp("TX-78") == "accepted")
        // Without a reference the top-up is named after its batch, of which case counts.
        #expect(try topUp(nil, batch: "Day") == "accepted")
        #expect(try topUp(nil, batch: "day") == "accepted")
        #expect(try books.balance("float", in: eur) == amount("20"))
        try books.expectSound()
    }

    @Test func `the audit finds a payment that was confirmed twice`() throws {
        _ = try confirm("bank", "TX-889")
        try books.shell().inConnection { db in
            try db.script(
                """
                DROP INDEX deposits_once;
                DROP INDEX deposits_once_per_user;
                INSERT INTO deposits (user_id, method, reference, identity, amount, currency,
                        status, credited, confirmed_at)
                    SELECT user_id, method, 'tx-889', identity, amount, currency, status,
                        credited, confirmed_at
                    FROM deposits WHERE reference = 'TX-889';
                """)
        }
        let found = try books.ledger.audit().flatMap(\.violations)
        #expect(found.contains { $0.contains("payment") && $0.contains("confirmed=2") })
    }

    @Test func `the database refuses to confirm a payment twice`() throws {
        _ = try confirm("bank", "TX-889")
        #expect(throws: StoreError.self) {
            try books.shell().inConnection {
                try $0.script(
                    """
                    INSERT INTO deposits (user_id, method, reference, identity, amount,
                            currency, status, credited, confirmed_at)
                        SELECT 'zenith', method, 'x', identity, amount, currency, status,
                            credited, confirmed_at
                        FROM deposits WHERE reference = 'TX-889'
                    """)
            }
        }
    }
}
