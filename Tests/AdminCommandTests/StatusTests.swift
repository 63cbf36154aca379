import TestSupport
import Testing

@Suite struct StatusTests {
    @Test func `one screen tells what waits, what is open, and how the last runs ended`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1", "l2")
        try shop.done("ingest", "dispatch --limit 1", "poll balances")
        shop.order("l3")
        shop.folder.write("answers", to: "spool/journal/dispatch.answers")
        shop.folder.write("{}", to: "spool/work/acme/\(String(repeating: "a", count: 64))")

        let screen = try shop.run("admin status").output
        let expected = [
            #/files waiting +acme 1 \(since 20/#, #/left in work +1 \(since 20/#,
            #/journals +dispatch.answers\n/#,
            #/orders +1 accepted \(since 20.+Z\), 0 sending, 0 in doubt, 1 placed \(since 20/#,
            #/held in doubt +0.000000 USD/#, #/services +none waits\n/#,
            #/ledger +the one last worked with/#,
            #/alpha +12.340000 USD +20.+Z +active\n/#,
            #/ingest +20.+Z +0 +ingested files=1 lines=2/#, #/dispatch +20.+Z +0 +dispatched/#,
            #/report +never/#,
        ]
        for line in expected { #expect(screen.contains(line), "\(screen)") }
    }

    @Test(arguments: [
        "admin status", "admin user list", "admin backup copy", "report audit",
        "report audit --journal books",
    ])
    func `whoever only looks makes no ledger`(command: String) throws {
        let shop = Shop()
        let ended = try shop.run(command)
        #expect(ended.status == 78)
        #expect(ended.log.contains("there is no ledger at \(shop.ledgerPath); nothing was made"))
        #expect(!names(in: shop.folder.path).contains("var"))
    }

    @Test(arguments: ["admin status", "admin user list", "report audit", "report audit --json"])
    func `an answer that is lost is no success`(command: String) throws {
        let shop = Shop()
        try shop.open()
        let ended = try shop.run("\(command) >/dev/full")
        #expect(ended.status == 74)
        #expect(ended.log.contains("standard output cannot be written: No space left on device"))
    }

    @Test func `a script gets the same as JSON`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        let json = try shop.run("admin status --json").output
        for part in [
            #"{"inboxes":[{"user":"acme","files":1,"#, #""services_waiting":0,"#,
            #""ledger_is_latest":true"#,
            #"{"state":"in_doubt","count":0,"oldest":null}"#,
            #"{"provider":"alpha","state":"active","paused_until":null"#,
            #"{"program":"report","ended_at":null,"status":null,"text":null}"#,
        ] {
            #expect(json.contains(part), "\(json)")
        }
    }

    @Test func `a run that failed is shown with its status and why`() throws {
        let shop = Shop()
        try shop.open()
        shop.folder.write("", to: "reports")
        #expect(try shop.run("report").status == 74)
        #expect(try shop.run("admin status").output.contains(#/report +20.+Z +74 +cannot/#))
    }
}
