import Glibc
import TestHouse
import TestSupport
import Testing

@Suite struct StatusTests {
    private let panel = ObligingPanel()

    @Test func `one screen shows what waits, what is open, and how the last runs ended`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1", "l2")
        try works.done("ingest", "dispatch --limit 1", "poll balances")
        try works.order("l3")
        try works.write("answers", to: "spool/journal/dispatch.answers")
        try works.write("{}", to: "spool/work/acme/\(String(repeating: "a", count: 64))")

        let screen = works.run("admin status").output
        let expected = [
            #/files waiting +acme 1 \(since 20/#, #/left in work +1 \(since 20/#,
            #/journals +dispatch.answers\n/#,
            #/orders +1 accepted \(since 20.+Z\), 0 sending, 0 in doubt, 1 placed \(since 20/#,
            #/held in doubt +0.000000 USD/#, #/services +none waits\n/#,
            #/ledger +the one last used/#,
            #/alpha +12.340000 USD +20.+Z +active\n/#,
            #/ingest +20.+Z +0 +- +ingested files=1 lines=2/#,
            #/dispatch +20.+Z +0 +- +dispatched/#, #/report +never/#,
            #/withdrawals +none to pay\n/#, #/claimed deposits +none to confirm\n/#,
            #/backlog +1 order, about [0-9]+ minutes? at the pace of the last 10/#,
            #/refills, cancels +none open\n/#, #/quarantine +empty\n/#,
        ]
        for line in expected { #expect(screen.contains(line), "\(screen)") }
    }

    @Test(arguments: [
        "admin status", "admin user list", "admin backup copy", "report audit",
        "report audit --journal books",
    ])
    func `a command that only reads creates no ledger`(command: String) throws {
        let works = try Works(buyingFrom: panel)
        let ended = works.run(command)
        #expect(ended.status == 78)
        #expect(ended.log.contains("there is no ledger at \(works.ledgerPath); nothing was made"))
        #expect(!names(in: works.path).contains("var"))
    }

    @Test(arguments: ["admin status", "admin user list", "report audit", "report audit --json"])
    func `output that cannot be written is not a success`(command: String) throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let ended = works.run("\(command) >/dev/full")
        #expect(ended.status == 74)
        #expect(ended.log.contains("standard output cannot be written: no room is left"))
    }

    @Test func `a script gets the same facts as JSON`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        let json = works.run("admin status --json").output
        for part in [
            #"{"status":2,"concerns":[{"status":2,"text":"dispatch has never run"#,
            #""withdrawals_to_pay":[],"deposits_to_confirm":[],"open_requests":0,"#,
            #""inboxes":[{"user":"acme","files":1,"#, #""services_waiting":0,"#,
            #""ledger_is_latest":true"#,
            #"{"state":"in_doubt","count":0,"oldest":null}"#,
            #"{"provider":"alpha","state":"active","paused_until":null"#,
            #"{"program":"report","ended_at":null,"status":null,"text":null,"process":null}"#,
        ] {
            #expect(json.contains(part), "\(json)")
        }
    }

    @Test func `status is 0 if all is well, and the first line says so`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("dispatch", "poll", "report")
        let ended = works.run("admin status")
        #expect(ended.status == 0, "\(ended.output)")
        #expect(ended.output.hasPrefix("fine: nothing needs you\n"))
        #expect(
            works.run("admin status --json").output.hasPrefix(#"{"status":0,"concerns":[],"#))
    }

    @Test func `status is 2 if a program never ran, or ended badly`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let never = works.run("admin status")
        #expect(never.status == 2)
        #expect(never.output.contains("STANDS STILL: dispatch has never run; look at cron\n"))
        try works.done("dispatch", "report")
        try works.write("", to: "alpha.key")
        #expect(works.run("dispatch").status == 78)
        let failed = works.run("admin status")
        #expect(failed.status == 2)
        #expect(failed.output.contains(#/STANDS STILL: dispatch ended with 78: .*api_key/#))
        #expect(
            failed.output.contains(
                "STANDS STILL: the key of alpha cannot be read, so dispatch and poll do nothing "
                    + "while "
                    + "ingest takes orders and charges them: it is empty"))
    }

    @Test func `status is 2 if a program has not run for a long time`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("dispatch", "report")
        try works.write(
            #"{"ended_at":"2026-01-01T00:00:00Z","status":0,"text":"polled"}"#,
            to: "spool/lock/poll.last")
        let ended = works.run("admin status")
        #expect(ended.status == 2)
        #expect(
            ended.output.contains(
                "STANDS STILL: poll has not run since 2026-01-01T00:00:00Z; look at cron and its "
                    + "log"
            ))
    }

    @Test func `status is 1 if money waits for a person, and says whose turn it is`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.write(
            """
            {"withdrawals": [{"ref": "W-1", "amount": "25.00", "to": "IBAN"}],
             "deposits": [{"ref": "D-1", "method": "bank", "reference": "TX-2", "amount": "7"}]}
            """, to: "spool/resellers/acme/inbox/money.json")
        try works.done("ingest", "dispatch", "poll", "report")
        let ended = works.run("admin status")
        #expect(ended.status == 1)
        for line in [
            #/look: 1 withdrawal waits to be paid, 25\.0{6} USD, the first since 20.+Z; see admin/#,
            #/look: 1 claimed deposit waits to be confirmed, 7.000000 USD, the first since 20/#,
            #/withdrawals +1 to pay, 25.000000 USD, the first since 20/#,
        ] {
            #expect(ended.output.contains(line), "\(ended.output)")
        }
    }

    @Test func `an obstacle is reported even with --quiet, and shown by status`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("dispatch", "poll", "report")
        try works.write("a file, not a directory", to: "spool/resellers/beta")
        try works.done("admin user add beta")
        let quiet = works.run("ingest --quiet")
        #expect(quiet.status == 0)
        #expect(quiet.log.contains("warning ingest: something is in the way"), "\(quiet.log)")
        let ended = works.run("admin status")
        #expect(ended.status == 1)
        #expect(
            ended.output.contains("look: 1 directory or file was in the way of the last ingest")
        )
    }

    @Test func `ingest warns of orders that cannot be sent for lack of a key, and only then`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.write("", to: "alpha.key")
        #expect(works.run("ingest --quiet").log == "")
        try works.order("l1")
        let ended = works.run("ingest --quiet")
        #expect(ended.status == 0)
        #expect(
            ended.log.contains(
                "warning ingest: orders were taken and charged, and none can be sent: "))
        #expect(ended.log.contains("provider=alpha"))
    }

    @Test func `a refused key is a standstill, and ingest warns of the orders that wait`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.write("another", to: "alpha.key")
        try works.order("l1")
        try works.done("ingest", "dispatch", "poll", "report")
        let ended = works.run("admin status")
        #expect(ended.status == 2)
        #expect(
            ended.output.contains(
                "STANDS STILL: alpha refuses our key, and ingest takes orders for it"),
            "\(ended.output)")
        try works.order("l2")
        let log = works.run("ingest --quiet").log
        #expect(log.contains("those for a provider that refuses our key wait"), "\(log)")
    }

    @Test func `a provider that is switched off with open orders is a standstill`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest", "dispatch")
        try works.configure("allow_http: true, enabled: false", insteadOf: "allow_http: true")
        try works.done("dispatch", "poll", "report")
        let ended = works.run("admin status")
        #expect(ended.status == 2)
        #expect(
            ended.output.contains("STANDS STILL: alpha is switched off with 1 open order"),
            "\(ended.output)")
    }

    @Test func `status shows which programs are running now`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let lock = open("\(works.spool)/lock/poll.lock", O_RDWR)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        #expect(
            works.run("admin status").output.contains(
                try Regex("poll +20.+Z +0 +runs \\(process \(getpid())\\) +")))
    }

    @Test func `status shows books found wrong until an audit finds them right`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("dispatch", "poll", "report", "report audit")
        #expect(works.run("admin status").status == 0)
        func book(_ difference: Int) throws {
            try works.alter(
                "UPDATE wallets SET balance = balance + \(difference) WHERE name = 'revenue'")
        }
        try book(1)
        #expect(works.run("report audit").status == 65)
        let ended = works.run("admin status")
        #expect(ended.status == 2)
        #expect(ended.output.contains("STANDS STILL: audit ended with 65: the books are wrong"))
        try book(-1)
        try works.done("report audit", "admin status")
    }

    @Test func `a failed run is shown with its status and its reason`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.write("", to: "reports")
        #expect(works.run("report").status == 74)
        #expect(works.run("admin status").output.contains(#/report +20.+Z +74 +- +cannot/#))
    }
}
