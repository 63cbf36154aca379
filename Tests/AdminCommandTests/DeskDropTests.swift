import Glibc
import TestHouse
import Testing

@Suite struct DeskDropTests {
    private let panel = ObligingPanel()

    @Test func `dropped commands take effect when ingest runs, in the order they were given`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.done(
            "admin user add acme --name 'Acme Ltd' --email ops@acme.example --discount 5 "
                + "--credit-limit 10",
            "admin deposit acme 100.00 --method bank --reference TX-1",
            "admin user ban acme --reason chargeback --until 2099-01-01T00:00:00Z")
        #expect(works.entries("desk/inbox").count == 3)
        try works.done("ingest")
        #expect(works.entries("desk/inbox").isEmpty)
        #expect(
            try works.table(
                """
                SELECT name, email, discount_percent, credit_limit, banned, ban_reason FROM users
                """) == ["Acme Ltd|ops@acme.example|5000000|10000000|1|chargeback"])
        #expect(
            try works.balance() == 100_000_000)

        try works.done("admin user unban acme", "ingest")
        #expect(try works.table("SELECT banned FROM users") == ["0"])
    }

    @Test func `a command reports what it dropped, that ingest applies it, and who dropped it`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        let said = works.run("admin user add acme --why 'signed today'").output
        #expect(said.hasPrefix("dropped \(works.spool)/desk/inbox/admin-"))
        #expect(
            said.contains(
                ".json: acme is added, or changed; ingest applies it "
                    + "with its next run, and answers in"
            ))
        let name = try #require(works.entries("desk/inbox").first)
        let text = try works.read("\(works.spool)/desk/inbox/\(name)")
        #expect(text.contains(#""by": "anna","#))
        #expect(text.contains(#""why": "signed today","#))
        #expect(text.contains(#""batch": "\#(name.dropLast(5))","#))
    }

    @Test func `a script gets the dropped file's name as JSON`() throws {
        let ended = try Works(buyingFrom: panel).run("admin user add acme --json")
        #expect(ended.output.hasPrefix(#"{"file":""#))
        #expect(ended.output.contains(#","batch":"admin-"#))
    }

    @Test func `a deposit is reported with the amount that is credited`() throws {
        let works = try Works(buyingFrom: panel)
        try works.configure(
            """
            fees: {deposit: {percent: "1", fixed: "0.50"}}
            exchange_rates: {EUR: "1.10", YEN: "0.5"}
            providers:
            """, insteadOf: "providers:")
        try works.open()
        let command = "admin deposit acme 100 --method bank --reference"
        #expect(
            works.run("\(command) T").output.contains(
                "acme is credited 98.500000, after a fee of 1.500000, once for bank T"))
        #expect(
            works.run("\(command) U --currency EUR").output.contains(
                "acme is credited 108.400000 for 100.000000 EUR, after a fee of 1.600000"))
        try works.done("ingest")
        #expect(
            try works.balance() == 305_400_000)
        let nothing = works.run("admin deposit acme 0.10 --method bank --reference V")
        #expect(nothing.status == 64)
        #expect(nothing.log.contains("is more than the 0.100000 USD; nothing was dropped"))
        let dust = works.run("\(command) W --currency YEN".replacing(" 100 ", with: " 0.000001 "))
        #expect(dust.status == 64)
        #expect(dust.log.contains("is less than a millionth of a USD; nothing was dropped"))
    }

    @Test func `a deposit entered twice is credited once`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let again = works.run("admin deposit acme 100.00 --method bank --reference TX-1")
        #expect(again.status == 64)
        #expect(
            again.log.contains(
                "bank TX-1 was confirmed before and is credited; nothing was dropped"))
        let other = works.run("admin deposit acme 99.00 --method bank --reference TX-1")
        #expect(
            other.log.contains("bank TX-1 was confirmed for acme over 100.000000 USD; nothing was"))
        #expect(works.entries("desk/inbox").isEmpty)
    }

    private static let refused = [
        ("user add Acme", "beginning with a letter or digit"),
        ("user add desk", #"not "desk""#),
        ("user add acme --discount 101", "from 0 to 100"),
        ("user add acme --credit-limit=-1", "must not be negative"),
        ("user add acme --role king", "king"),
        ("user ban zenith", "There is no user zenith; nothing was dropped."),
        ("user ban acme --until tomorrow", "must be a time in UTC"),
        ("deposit zenith 1 --method a --reference b", "There is no user zenith"),
        ("deposit acme 0 --method a --reference b", "must be greater than zero"),
        ("deposit acme 1.1234567 --method a --reference b", "at most 6 decimals"),
        ("deposit acme 1 --method a --reference b --currency EUR", "no exchange rate for EUR"),
        ("deposit acme 1 --method a", "Missing expected argument '--reference"),
        ("deposit acme 1000000000001 --method a --reference b", "It must be at most 1000000000000"),
        ("deposit acme 1 --from x", "the file gives everything"),
        ("decide 1", "Say the outcome"), ("decide", "Name one order"),
        ("decide 1 refund --outcome refund", "given twice"),
        ("decide 1 refund --since 2026-01-01", "belong to --provider"),
        ("decide --provider alpha --outcome placed", "placed needs an id for each order"),
        ("decide --provider alpha --outcome refund", "No order in doubt with alpha is like that"),
        ("decide 1 placed --provider-order a,b", "must be one id"),
        ("withdrawal pay acme W-9", "acme has no withdrawal \"W-9\"; nothing was dropped"),
        ("withdrawal decline acme W-9", "acme has no withdrawal"),
        ("withdrawal pay acme", "Name a user and a ref"),
        ("decide 1 placed", "placed needs it"),
        ("decide 1 refund --provider-order 7", "belongs to placed"),
        ("decide x refund", "must be an order's number"),
        ("release x", "must be a service's number"),
        ("release 7", "There is no service 7; nothing was dropped."),
        ("release 101", "Service 101 waits for nothing; nothing was dropped."),
        ("decide 7 refund", "There is no order 7; nothing was dropped."),
        ("decide 1 refund", "Order 1 is accepted, not in doubt; nothing was dropped."),
    ]

    @Test func `a command that intake would reject is refused at once, with the reason`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest")
        for (command, why) in Self.refused {
            let ended = works.run("admin \(command)")
            #expect(ended.status == 64, "\(command)")
            #expect(ended.log.contains(why), "\(command): \(ended.log)")
        }
        #expect(works.entries("desk/inbox").isEmpty)
    }

    @Test func `an order at a provider can be refunded once it is in the exceptions`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1", "l2")
        try works.done("ingest", "dispatch")
        let refused = works.run("admin decide 1 refund")
        #expect(refused.status == 64)
        #expect(
            refused.log.contains(
                "Order 1 is placed: it can be given up once exceptions.csv lists it"))
        try works.alter(
            """
            INSERT INTO exceptions (at, kind, order_id, detail) VALUES (1, 'no_status', 1, '')
            """)
        #expect(works.run("admin decide 1 not-placed").status == 64)
        try works.done("admin decide 1 refund", "ingest", "report audit")
        #expect(
            try works.refunds()
                == ["canceled|2000000", "placed|0"])

        // Or once nobody asks the provider any more.
        try works.configure("allow_http: true, enabled: false", insteadOf: "allow_http: true")
        try works.done("admin decide 2 refund", "ingest", "report audit")
        #expect(Set(try works.orderStates()) == ["canceled"])
    }

    @Test func `users are listed with their balances`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest")
        #expect(
            works.run("admin user list").output == """
                user  role      banned  available  held      email
                acme  reseller  -       98.000000  2.000000  -
                """)
        #expect(
            works.run("admin user list --json").output == """
                {"users":[{"user":"acme","role":"reseller","email":null,"banned":false,\
                "available":"98.000000","held":"2.000000"}]}
                """)
    }
}
