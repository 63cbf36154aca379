import SandboxProvider
import Testing

@Suite struct FollowUpTests {
    @Test func `a cancel before the work gives all back, and during the work the rest`()
        async throws
    {
        try await Harness.with { sandbox in
            let early = try await sandbox.place("service=101&quantity=1000&link=a")
            let ended = try await sandbox.place("service=101&quantity=1000&link=sandbox-partial")
            #expect(try await sandbox.ask("action=cancel&order=\(early)") == #"{"cancel":1}"#)
            #expect(try await sandbox.status(early) == "Pending")
            _ = await sandbox.panel.advance(seconds: 60)
            #expect(try await sandbox.status(early) == "Canceled")

            let late = try await sandbox.place("service=101&quantity=1000&link=b")
            let never = try await sandbox.place("service=103&quantity=1000&link=c")
            _ = await sandbox.panel.advance(seconds: 22)
            let error = #"{"error":"This order can not be canceled"}"#
            #expect(
                try await sandbox.ask("action=cancel&orders=\(late),\(ended),\(never),7")
                    == #"[{"order":\#(late),"cancel":1},{"order":\#(ended),"cancel":\#(error)},"#
                    + #"{"order":\#(never),"cancel":\#(error)},"#
                    + #"{"order":7,"cancel":{"error":"Incorrect order ID"}}]"#)
            _ = await sandbox.panel.advance(seconds: 5)
            #expect(try await sandbox.status(late) == "Partial")
            #expect(try await sandbox.status(late, "remains") == "600")
            #expect(try await sandbox.status(late, "charge") == "0.36")
            // 1000 − 0.54 partial − 0.36 late − 0.01 never.
            #expect(try await sandbox.balance() == "999.09")
        }
    }

    @Test func `a completed order is refilled after some time`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=1000&link=a")
            let other = try await sandbox.place(
                "service=101&quantity=1000&link=sandbox-refill-rejected")
            let error = #"{"error":"This order can not be refilled"}"#
            #expect(try await sandbox.ask("action=refill&order=\(order)") == error)

            _ = await sandbox.panel.advance(seconds: 60)
            #expect(try await sandbox.ask("action=refill&order=\(order)") == #"{"refill":"1"}"#)
            #expect(
                try await sandbox.ask("action=refill&orders=\(order),\(other),8")
                    == #"[{"order":\#(order),"refill":\#(error)},{"order":\#(other),"refill":2},"#
                    + #"{"order":8,"refill":{"error":"Incorrect order ID"}}]"#)
            #expect(
                try await sandbox.ask("action=refill_status&refill=1") == #"{"status":"Pending"}"#)
            _ = await sandbox.panel.advance(seconds: 60)
            #expect(
                try await sandbox.ask("action=refill_status&refills=1,2,3")
                    == #"[{"refill":1,"status":"Completed"},{"refill":2,"status":"Rejected"},"#
                    + #"{"refill":3,"status":{"error":"Refill not found"}}]"#)
        }
    }

    @Test func `several statuses come by id, each once, a hundred at most`() async throws {
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=100&link=a")
            #expect(
                try await sandbox.ask("action=status&orders=\(order),+\(order),x")
                    == #"{"\#(order)":{"charge":"0.09","start_count":null,"status":"Pending","#
                    + #""remains":"100","currency":"USD"},"x":{"error":"Incorrect order ID"}}"#)
            let many = (1...101).map(String.init).joined(separator: ",")
            #expect(
                try await sandbox.ask("action=status&orders=\(many)")
                    == #"{"error":"Incorrect request"}"#)
        }
    }

    @Test func `recent orders come latest first, as many as asked for`() async throws {
        try await Harness.with { sandbox in
            _ = try await sandbox.place("service=101&quantity=100&link=a")
            let last = try await sandbox.place("service=102&quantity=10&link=b")
            let latest = try await sandbox.ask("action=orders&limit=1")
            // Without the moment, which is the time of the test.
            let moment = #/"created":"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}",/#
            #expect(
                latest.replacing(moment, with: "")
                    == #"[{"order":\#(last),"service":102,"link":"b","quantity":"10","#
                    + #""charge":"0.0012","start_count":null,"status":"Pending","#
                    + #""remains":"10","currency":"USD"}]"#)
            #expect(latest.contains(moment))
            #expect(try await sandbox.ask("action=orders&limit=-1") == "[]")
            #expect(try await sandbox.ask("action=orders").contains(#""link":"a""#))
        }
    }

    static let ways: [(how: String, status: Int, body: String)] = [
        ("html", 200, "<html><h1>Checking your browser…</h1></html>"),
        ("empty", 200, ""), ("500", 500, "<html><h1>Internal Server Error</h1></html>"),
        ("429", 429, #"{"error":"Rate limit exceeded"}"#),
        ("not_found", 200, #"{"error":"Incorrect order ID"}"#),
    ]

    @Test(arguments: ways.map(\.how))
    func `the control path spoils this many answers to one action`(
        how: String
    ) async throws {
        let expected = try #require(Self.ways.first { $0.how == how })
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=100&link=a")
            let wish = #"{"action":"status","how":"\#(how)","times":2}"#
            #expect(await sandbox.control("misbehave", wish).status == 200)
            for _ in 1...2 {
                #expect(try await sandbox.balance() == "999.91")
                let answer = await sandbox.call("action=status&order=\(order)")
                #expect(answer.status == expected.status)
                #expect(answer.body == expected.body)
            }
            #expect(try await sandbox.status(order) == "Pending")
        }
    }

    @Test(arguments: [false, true])
    func `a spoiled answer hides whether the order was placed`(isAfter: Bool) async throws {
        try await Harness.with { sandbox in
            let wish = #"{"action":"add","how":"reset","after":\#(isAfter)}"#
            _ = await sandbox.control("misbehave", wish)
            let answer = await sandbox.call("action=add&service=101&quantity=100&link=a")
            #expect(answer == .reset)
            let counts = #""received":1,"placed":\#(isAfter ? 1 : 0)"#
            #expect(
                await sandbox.client.send("GET", "/control/orders").body
                    == #"{\#(counts),"by_link":{"a":{\#(counts)}}}"#)
        }
    }

    @Test func `the control path moves the clock, forgets everything, and refuses nonsense`()
        async throws
    {
        try await Harness.with { sandbox in
            let order = try await sandbox.place("service=101&quantity=100&link=a")
            let moved = await sandbox.control("advance", #"{"seconds":60}"#)
            #expect(moved.body == #"{"clock":60}"#)
            #expect(try await sandbox.status(order) == "Completed")

            _ = await sandbox.control("reset", "")
            #expect(await sandbox.panel.totals == .init())
            #expect(try await sandbox.balance() == "1000.00")
            #expect(try await sandbox.status(order, "error") == "Incorrect order ID")

            for (name, body) in [
                ("advance", "{}"), ("advance", #"{"seconds":-1}"#), ("misbehave", "[]"),
                ("misbehave", #"{"action":"status","how":"nicely"}"#),
            ] {
                #expect(await sandbox.control(name, body).status == 400)
            }
        }
    }
}
