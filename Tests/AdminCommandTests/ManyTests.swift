import TestHouse
import TestSupport
import Testing

/// Decisions, deposits and payments by the dozen.
@Suite struct ManyTests {
    private let panel = ObligingPanel()

    /// Works with three orders in doubt and one placed.
    private func doubtfulWorks() throws -> Works {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("doubt1", "doubt2", "doubt3", "l4")
        // After enough doubts in a row the provider is paused: a run for each order.
        try works.done("ingest")
        for _ in 1...4 {
            try works.done("dispatch --limit 1")
            try works.alter("UPDATE providers SET doubts = 0, state = 'active'")
        }
        #expect(try works.count("orders WHERE state = 'in_doubt'") == 3)
        return works
    }

    @Test func `many doubts are shown first, and with --yes decided in one file`() throws {
        let works = try doubtfulWorks()
        let shown = works.run("admin decide --provider alpha --outcome not-placed")
        #expect(shown.status == 0)
        #expect(
            shown.output.contains(
                "nothing was dropped; with --yes, 3 orders in doubt with alpha, "
                    + "6.000000 USD in all, "
                    + "from order 1 to 3, are decided: not_placed"), "\(shown.output)")
        #expect(shown.output.contains(#/1 +acme +2.000000 +20.+Z +.*Computer says perhaps/#))
        #expect(works.entries("desk/inbox").isEmpty)

        try works.done(
            "admin decide --provider alpha --outcome not_placed --reason 'it was down' --yes")
        #expect(works.entries("desk/inbox").count == 1)
        try works.done("ingest", "report audit")
        #expect(try works.count("orders WHERE state = 'accepted'") == 3)
    }

    @Test(arguments: [
        ("--evidence 'SAYS PERHAPS'", 3), ("--evidence 'says no'", 0),
        ("--since 2026-01-01 --until 2099-01-01", 3), ("--since 2099-01-01", 0),
        ("--until 2026-01-01T00:00:00Z", 0),
    ])
    func `doubts can be chosen by when they were sent and how they failed`(
        selection: String, count: Int
    ) throws {
        let works = try doubtfulWorks()
        let ended = works.run(
            "admin decide --provider alpha --outcome refund \(selection) --yes --json")
        #expect(ended.status == (count > 0 ? 0 : 64), "\(ended.log)")
        if count > 0 { #expect(ended.output.contains("\"lines\":\(count)")) }
    }

    @Test func `decisions can come from a CSV file, and with one bad line nothing is dropped`()
        throws
    {
        let works = try doubtfulWorks()
        let good = try works.write(
            "\u{FEFF}outcome,order,provider_order\r\nplaced,1,77\r\nnot-placed,2,\r\nrefund,3,\r\n",
            to: "good.csv")
        let bad = try works.write(
            """
            order,outcome,provider_order
            1,placed,
            x,refund,
            4,refund,
            9,refund,
            2,perhaps,
            2,refund,
            2,refund,
            """, to: "bad.csv")
        let ended = works.run("admin decide --from '\(bad)'")
        #expect(ended.status == 64)
        for line in [
            "bad.csv:2: provider_order belongs to placed, and placed needs it.",
            "bad.csv:3: order \"x\": It must be an order's number.",
            "bad.csv:4: Order 4 is placed: it can be given up once",
            "bad.csv:5: There is no order 9; nothing was dropped.",
            "bad.csv:6: outcome \"perhaps\": It must be placed, not_placed or refund.",
            "bad.csv:8: order 2 is on line 7 already.", "Nothing was dropped.",
        ] {
            #expect(ended.log.contains(line), "\(ended.log)")
        }
        #expect(works.entries("desk/inbox").isEmpty)

        try works.done("admin decide --from '\(good)'", "ingest")
        #expect(
            try works.table("SELECT id, state FROM orders ORDER BY id")
                == ["1|in_doubt", "2|accepted", "3|refused", "4|placed"])
        #expect(
            try works.table("SELECT provider_order FROM decisions WHERE state = 'pending'")
                == ["77"])
    }

    @Test func `deposits can come from a CSV file, and those confirmed before are left out`() throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let file = try works.write(
            """
            user,amount,method,reference
            acme,100.00,bank,TX-1
            acme,"5.50",bank,'+49-7
            acme,1,card,"a ""b"", c"

            """, to: "bank.csv")
        let ended = works.run("admin deposit --from '\(file)'")
        #expect(ended.status == 0, "\(ended.log)")
        #expect(
            ended.output.contains(
                "2 deposits of \(file) are credited; 1 was confirmed before and"))
        try works.done("ingest", "report audit")
        #expect(
            try works.table("SELECT reference FROM deposits ORDER BY id")
                == ["TX-1", "+49-7", #"a "b", c"#])
        #expect(
            try works.balance() == 106_500_000)
        #expect(
            works.run("admin deposit --from '\(file)'").log.contains("was confirmed before"))
    }

    @Test(arguments: [
        ("", ":1: the file is empty"),
        ("user;amount;method;reference\n", ":1: columns must be separated by commas, not by"),
        ("user,amount,method\n", ":1: the column reference is missing"),
        ("user,amount,method,reference,colour\n", ":1: \"colour\" is no column"),
        ("user,user,amount,method,reference\n", ":1: a column is there twice"),
        ("user,amount,method,reference\n", ":1: no line follows the names"),
        (
            "user,amount,method,reference\nacme,1,bank\n",
            ":2: it has 3 fields, the first line has 4"
        ),
        ("user,amount,method,reference\n\n\nacme,1,bank,\"x\n", ":5: a quoted field does not end"),
        (
            "user,amount,method,reference\nacme,1,ba\"nk,x\n",
            ":2: a quotation mark stands in the middle"
        ),
        (
            "user,amount,method,reference\nacme,1,\"bank\"x,y\n",
            ":2: text follows a closing quotation"
        ),
        (
            "user,amount,method,reference\nacme,1,bank,x\racme,1,bank,y\n",
            ":2: a line must end with"
        ),
        ("user,amount,method,reference\nacme,\"1,00\",bank,x\n", ":2: amount \"1,00\": "),
        ("user,amount,method,reference\nacme,0,bank,x\n", "greater than zero"),
        ("user,amount,method,reference\nnobody,1,bank,x\n", ":2: There is no user nobody"),
        ("user,amount,method,reference\nacme,1,bank,\n", ":2: reference is missing."),
        (
            "user,amount,method,reference\nacme,1,bank,TX-1\n",
            ":2: bank TX-1 was confirmed for acme"
        ),
        ("user,amount,method,reference\nacme,1,b,x\nacme,1,b,x\n", ":3: b x is on line 2 already"),
        (
            "user,amount,method,reference,currency\nacme,1,bank,x,EUR\n",
            ":2: There is no exchange rate for EUR"
        ),
    ])
    func `a bad CSV file is refused with the line at fault, and nothing is dropped`(
        text: String, why: String
    ) throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let file = try works.write(text, to: "bad.csv")
        let ended = works.run("admin deposit --from '\(file)'")
        #expect(ended.status == 64)
        #expect(ended.log.contains(why), "\(ended.log)")
        #expect(works.entries("desk/inbox").isEmpty)
    }

    @Test func `everything known about an order is shown in order of time`() throws {
        let works = try doubtfulWorks()
        try works.done("admin decide 1 refund --why 'they gave up'", "ingest")
        let said = works.run("admin order 1").output
        for line in [
            #/user +acme\n/#, #/ref +doubt1\n/#, #/state +refused\n/#, #/charge +2.000000\n/#,
            #/20.+Z +hold +2.000000\n/#,
            #/20.+Z +attempt +1 at alpha: refused: .*Computer says perhaps/#,
            #/20.+Z +release +2.000000/#,
        ] {
            #expect(said.contains(line), "\(said)")
        }
        #expect(
            works.run("admin order 1 --json").output.hasPrefix(
                #"{"user":"acme","ref":"doubt1","#))
        let none = works.run("admin order 99")
        #expect(none.status == 64)
        #expect(none.log.contains("There is no order 99."))
    }

    @Test func `withdrawals are listed, paid and declined, one by one or from a file`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let lines = (1...4).map {
            #"{"ref": "W-\#($0)", "amount": "\#($0).00", "to": "IBAN \#($0)"}"#
        }
        try works.write(
            #"{"withdrawals": [\#(lines.joined(separator: ","))]}"#,
            to: "spool/resellers/acme/inbox/money.json")
        try works.done("ingest")
        let listed = works.run("admin withdrawal list").output
        #expect(listed.contains(#/acme +W-1 +1.000000 +0.000000 +1.000000 +20.+Z +IBAN 1\n/#))

        let paid = works.run("admin withdrawal pay acme W-1 --reference TX-9").output
        #expect(
            paid.contains("1.000000 of acme (W-1) to IBAN 1 is paid, of which 0.000000 is the fee"))
        try works.done("admin withdrawal decline acme W-2 --why 'wrong IBAN'")
        let file = try works.write(
            "user,ref,reference\nacme,W-3,TX-10\nacme,W-4,\n", to: "paid.csv")
        try works.done("admin withdrawal pay --from '\(file)'", "ingest", "report audit")
        #expect(
            try works.table("SELECT ref, status, reference FROM withdrawals ORDER BY id") == [
                "W-1|paid|TX-9", "W-2|declined|-", "W-3|paid|TX-10",
                "W-4|paid|-",
            ])
        #expect(
            try works.balance() == 92_000_000)
        #expect(works.run("admin withdrawal list").output == "no withdrawal waits")
        let again = works.run("admin withdrawal pay acme W-1")
        #expect(
            again.log.contains(
                "The withdrawal \"W-1\" of acme is paid already; nothing was dropped."))
    }
}
