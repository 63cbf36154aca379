import SandboxProvider
import Testing

@Suite struct RequestTests {
    @Test func `form, JSON and address ask the same`() async throws {
        try await Harness.with { sandbox in
            let balance = #"{"balance":"1000.00","currency":"USD"}"#
            let json = #" {"key":"k","action":"balance","limit":3}"#
            let answer = try await sandbox.ask("action=balance")
            #expect(answer == balance)
            #expect(await sandbox.client.send("POST", "/api/v2", json).body == balance)
            let ids = #"{"key":"k","action":"status","orders":[1,"2"]}"#
            #expect(
                await sandbox.client.send("POST", "/api/v2", ids).body
                    == #"{"1":{"error":"Incorrect order ID"},"2":{"error":"Incorrect order ID"}}"#)
            #expect(
                await sandbox.client.send("GET", "/api/v2?key=k&action=balance").body == balance)
        }
    }

    @Test(arguments: ["key=wrong&", ""])
    func `a wrong key gets nothing, but its order is counted`(key: String) async throws {
        try await Harness.with { sandbox in
            let answer = await sandbox.client.send(
                "POST", "/api/v2", key + "action=add&service=101&quantity=100&link=a%20b")
            #expect(answer.body == #"{"error":"Invalid API key"}"#)
            #expect(await sandbox.panel.count(of: "a b") == .init(received: 1, placed: 0))
        }
    }

    @Test(arguments: ["", "action=refil", "multiRefill=1"])
    func `an unknown action is refused, never guessed`(form: String) async throws {
        try await Harness.with { sandbox in
            let answer = try await sandbox.ask(form)
            #expect(answer == #"{"error":"Incorrect request"}"#)
        }
    }

    @Test(arguments: [
        #"{"key":"k","#, #"{"key":"k","key":"k"}"#, "{" + String(repeating: "[", count: 513),
    ])
    func `a broken JSON body is refused and harms nothing`(body: String) async throws {
        try await Harness.with { sandbox in
            #expect(
                await sandbox.client.send("POST", "/api/v2", body).body
                    == #"{"error":"Incorrect request"}"#)
            let balance = try await sandbox.balance()
            #expect(balance == "1000.00")
        }
    }

    @Test func `an order that was not wholly sent does not count`() async throws {
        try await Harness.with { sandbox in
            let answer = await sandbox.client.exchange(
                "POST /api/v2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n"
                    + "key=k&action=add&service=101&quantity=100&link=a", patience: 300)
            #expect(answer == .silence)
            #expect(await sandbox.panel.totals == .init())
        }
    }

    @Test func `the catalogue lists every service in the vendor's shape`() async throws {
        try await Harness.with { sandbox in
            let body = try await sandbox.ask("action=services")
            #expect(
                body.hasPrefix(
                    #"[{"service":101,"name":"Instagram Followers","type":"Default","#
                        + #""category":"Instagram","rate":"0.90","min":"100","max":"50000","#
                        + #""dripfeed":true,"refill":true,"cancel":true},"#))
            #expect(body.split(separator: #"{"service":"#).count == Service.catalogue.count + 1)
        }
    }

    @Test func `a port that is taken is a clear error`() async throws {
        try await Harness.with { sandbox in
            var options = SandboxOptions(key: "k")
            options.port = sandbox.server.port
            await #expect(throws: CannotListen.self) { try await SandboxServer.start(options) }
        }
    }

    @Test func `a sandbox that stops hangs up on waiting clients`() async throws {
        let server = try await SandboxServer.start(SandboxOptions(key: "k"))
        let client = LoopbackClient(port: server.port)
        async let answer = client.send(
            "POST", "/api/v2", "key=k&action=add&service=101&quantity=100&link=sandbox-hang-after")
        while await server.panel.totals.placed == 0 { await Task.yield() }
        await server.stop()
        #expect(await answer == .reset)
    }
}
