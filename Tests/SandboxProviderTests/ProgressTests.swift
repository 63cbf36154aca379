import SandboxProvider
import StrictJSON
import Testing

@Suite struct ProgressTests {
    @Test func `an order waits, runs and completes as the clock moves`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=1000&link=a")
            for (seconds, status, remains) in [
                (0, "Pending", "1000"), (4, "Pending", "1000"), (1, "In progress", "1000"),
                (11, "In progress", "800"), (43, "In progress", "19"), (1, "Completed", "0"),
            ] as [(Int64, String, String)] {
                _ = await sandbox.panel.advance(seconds: seconds)
                #expect(try await sandbox.status(order) == status)
                #expect(try await sandbox.status(order, "remains") == remains)
            }
            #expect(try await sandbox.status(order, "charge") == "0.90")
            #expect(try await sandbox.balance() == "999.10")
        }
    }

    @Test func `the clock runs at the requested speed`() async throws {
        var options = SandboxOptions(key: "k")
        options.speed = 1_000
        let moments = ContinuousClock.now
        let clock = StoppedClock(moments)
        let panel = Panel(options, clock: clock.read)
        let form = try RequestForm(query: "key=k&action=add&service=101&quantity=100&link=a")
        guard case .placed(let order) = await panel.answer(form).reply else {
            Issue.record("not placed")
            return
        }
        let question = try RequestForm(query: "key=k&action=status&order=\(order)")
        for (moment, status) in [(59, "In progress"), (60, "Completed")] {
            clock.move(to: moments + .milliseconds(moment))
            let answer = Dialect().body(await panel.answer(question).reply)
            #expect(String(decoding: answer, as: UTF8.self).contains(#""status":"\#(status)""#))
        }
    }

    static let endings: [(word: String, status: String, remains: String?, balance: String)] = [
        ("sandbox-partial", "Partial", "400", "999.46"),
        ("sandbox-cancel", "Canceled", "1000", "1000.00"),
        ("sandbox-unknown-word", "Frozen", "1000", "999.10"),
        ("sandbox-refill-rejected", "Completed", "0", "999.10"),
    ]

    @Test(arguments: endings.map(\.word))
    func `an order ends as its link asks, and the rest of its charge comes back once`(
        word: String
    ) async throws {
        let expected = try #require(Self.endings.first { $0.word == word })
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=1000&link=\(word)")
            _ = await sandbox.panel.advance(seconds: 100_000)
            for _ in 1...2 {
                #expect(try await sandbox.balance() == expected.balance)
                #expect(try await sandbox.status(order) == expected.status)
                #expect(try await sandbox.status(order, "remains") == expected.remains)
            }
        }
    }

    @Test func `an order is not found three times, then it is`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=100&link=sandbox-not-found")
            let answers = [
                try await sandbox.status(order, "error"), try await sandbox.status(order, "error"),
                try await sandbox.status(order, "error"), try await sandbox.status(order, "status"),
            ]
            #expect(answers == Array(repeating: "Incorrect order ID", count: 3) + ["Pending"])
        }
    }

    @Test func `remains are unknown three times, then they are known`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place(
                "service=101&quantity=100&link=sandbox-remains-unknown")
            _ = await sandbox.panel.advance(seconds: 60)
            for _ in 1...3 {
                let answer = try await sandbox.json("action=status&order=\(order)")
                #expect(answer["status"] == .string("Partial"))
                #expect(answer["remains"] == .null)
            }
            #expect(try await sandbox.status(order, "remains") == "40")
        }
    }

    @Test func `a drip-feed has runs that are orders of their own`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place(
                "service=101&quantity=100&runs=3&interval=10&link=a")
            let status = "action=status&order=\(order)"
            #expect(try await sandbox.balance() == "999.73")
            #expect(try await sandbox.status(order + 2, "error") == "Incorrect order ID")

            _ = await sandbox.panel.advance(seconds: 600)
            #expect(
                try await sandbox.ask(status)
                    == #"{"status":"In progress","runs":"2","#
                    + #""orders":[\#(order + 1),\#(order + 2)]}"#
            )
            #expect(try await sandbox.status(order + 1) == "Completed")
            #expect(try await sandbox.status(order + 2) == "Pending")

            _ = await sandbox.panel.advance(seconds: 660)
            #expect(try await sandbox.status(order) == "Completed")
            #expect(try await sandbox.status(order, "runs") == "3")
        }
    }

    @Test func `a subscription serves posts; when its time is up, it gives back the rest`()
        async throws
    {
        try await Harness.with { sandbox in
            let terms = "service=120&min=10&max=100&posts=4&delay=5&expiry=31/12/2027"
            let whole = try await sandbox.place("\(terms)&username=anna")
            let cut = try await sandbox.place("\(terms)&username=sandbox-expired")
            #expect(try await sandbox.balance() == "999.88")
            #expect(
                try await sandbox.ask("action=status&order=\(whole)")
                    == #"{"status":"Active","expiry":"31/12/2027","posts":"0","orders":[]}"#)

            let left = try await sandbox.place("\(terms)&username=bert")
            #expect(try await sandbox.ask("action=cancel&order=\(left)") == #"{"cancel":1}"#)

            _ = await sandbox.panel.advance(seconds: 7_200)
            #expect(try await sandbox.status(whole) == "Completed")
            #expect(try await sandbox.status(left) == "Canceled")
            #expect(
                try await sandbox.ask("action=status&order=\(cut)")
                    == #"{"status":"Expired","expiry":"31/12/2027","posts":"2","orders":"#
                    + "[\(cut + 1),\(cut + 2)]}")
            #expect(try await sandbox.balance() == "999.91")
        }
    }
}
