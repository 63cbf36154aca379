import LoopbackProvider
import Providers
import Testing
import Trade
import Transport

@Suite struct PlacementOutcomeTests {
    /// The rows of the table in design.md §6, as a provider may produce them.
    static let rows: [(LoopbackAnswer, Verdict)] = [
        (.reply(#"{"order":23501}"#), .placed("23501")),
        (.reply(#"{"order":23501}"#, status: 201), .placed("23501")),
        (.reply("", status: 429), .later(.throttle)),
        (.reply("<html>slow down</html>", status: 429), .later(.throttle)),
        (.reply(#"{"error":"Incorrect request"}"#, status: 429), .later(.throttle)),
        (.reply(#"{"error":"Rate limit exceeded"}"#), .later(.throttle)),
        (.reply(#"{"error":"Not enough funds on balance"}"#), .later(.funds)),
        (.reply(#"{"error":"Not enough funds on balance"}"#, status: 402), .later(.funds)),
        (.reply(#"{"error":"Invalid API key"}"#, status: 401), .later(.auth)),
        (
            .reply(
                #"{"error":"You have active order with this link. "#
                    + #"Please wait until order being completed."}"#), .later(.duplicate)
        ),
        (.reply(#"{"error":"Incorrect service ID"}"#), .refused(.service)),
        (.reply(#"{"error":"service_not_found"}"#, status: 404), .refused(.service)),
        (.reply(#"{"error":"Quantity less than minimal 100"}"#, status: 400), .refused(.input)),
        (.reply(#"{"error":"Kein Guthaben"}"#), .doubt),
        (.reply(#"{"error":"Kein Guthaben"}"#, status: 400), .doubt),
        (.reply("", status: 401), .later(.auth)),
        (.reply("<html>", status: 402), .later(.funds)),
        (.reply("Not Found", status: 404), .doubt),
        (.reply(#"{"error":"Incorrect order ID"}"#), .doubt),
        (.reply(#"{"order":23501}"#, status: 301, headers: ["Location: /"]), .doubt),
        (.reply(#"{"order":23501}"#, status: 400), .doubt),
        (.reply(#"{"order":23501}"#, status: 429), .doubt),
        (.reply(#"{"order":23501}"#, status: 500), .doubt),
        (.reply(#"{"error":"Incorrect service ID"}"#, status: 500), .doubt),
        (.reply(#"{"error":"Rate limit exceeded"}"#, status: 503), .later(.throttle)),
        (.reply("", status: 502), .doubt),
        (.reply(""), .doubt),
        (.reply("<html>Just a moment…</html>"), .doubt),
        (.reply("{}"), .doubt),
        (.reply(#"{"status":"success"}"#), .doubt),
        (.reply(#"{"order":"23501""#), .doubt),
        (.reply("23501"), .doubt),
        (.half(#"{"order":23501}"#), .doubt),
        (.close, .doubt),
        (.reset, .doubt),
        (.never, .doubt),
        (.huge(bytes: 9 << 20), .doubt),
        (.drip(#"{"order":23501}"#, milliseconds: 100), .doubt),
    ]

    @Test(arguments: rows)
    func `an answer on the wire means what the table says`(
        answer: LoopbackAnswer, verdict: Verdict
    ) throws {
        try withProvider { _ in
            answer
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url, totalTimeout: 1)
            let finished = try Transport(capacity: 1).run(
                endpoint.call(.order("https://a.example")))
            #expect(Verdict(PlacementOutcome(of: finished, from: endpoint)) == verdict)
            #expect(provider.received(link: "https://a.example") == 1)
        }
    }

    @Test func `an order that never left is due again; one that may have left is in doubt`() {
        for sent in [false, true] {
            let failure = TransferFailure(sent: sent, text: "Timeout was reached")
            let finished = Finished(tag: 1, ending: .failed(failure))
            #expect(
                PlacementOutcome(of: finished, from: .sample())
                    == (sent
                        ? .unknown(evidence: "Timeout was reached")
                        : .notPlaced(Postponement(reason: .notSent, text: "Timeout was reached"))))
        }
    }

    @Test(arguments: [
        #"{"order":0}"#, #"{"order":"0"}"#, #"{"order":""}"#, #"{"order":null}"#,
        #"{"order":-5}"#, #"{"order":"-5"}"#, #"{"order":{}}"#, #"{"order":{"id":5}}"#,
        #"{"order":[5]}"#, #"{"order":true}"#, #"{"order":false}"#, #"{"order":1.5}"#,
        #"{"order":1e3}"#, #"{"order":"failed"}"#, #"{"order":"5,6"}"#, #"{"order":"no 5"}"#,
        #"{"order":null,"id":5}"#, #"{"order":5,"order":5}"#, #"[{"order":5}]"#,
        #"{"order":"12345678901234567890123456789012345678901234567890123456789012345"}"#,
    ])
    func `without an order id nothing is placed`(body: String) {
        #expect(Verdict(PlacementOutcome(of: .reply(body), from: .sample())) == .doubt)
    }

    @Test(arguments: [
        #"{"order":5,"error":"Incorrect service ID"}"#,
        #"{"order":{"id":5},"error":"Incorrect service ID"}"#,
        #"{"status":"error","order":5}"#, #"{"success":false,"order":5}"#,
        #"{"status":"error","message":"Incorrect service ID","data":{"order":5}}"#,
    ])
    func `an id beside a complaint is in doubt`(body: String) {
        #expect(Verdict(PlacementOutcome(of: .reply(body), from: .sample())) == .doubt)
    }

    @Test(arguments: [
        #"{"order":0,"error":"Incorrect service ID"}"#,
        #"{"order":null,"error":"Incorrect service ID"}"#,
        #"{"error":["Incorrect service ID"]}"#, #"{"error":{"message":"Incorrect service ID"}}"#,
        #"{"errors":{"service":["Incorrect service ID"]}}"#,
        #"{"success":false,"msg":"Incorrect service ID"}"#,
        #"{"data":{"error":"Incorrect service ID"}}"#,
    ])
    func `a complaint is found in every place`(body: String) {
        #expect(Verdict(PlacementOutcome(of: .reply(body), from: .sample())) == .refused(.service))
    }

    @Test(arguments: [
        #"{"order":5,"error":null}"#, #"{"order":5,"error":""}"#, #"{"order":5,"error":false}"#,
        #"{"order":5,"error":0}"#, #"{"order":5,"error":[]}"#, #"{"order":5,"status":"Pending"}"#,
    ])
    func `an empty complaint is no complaint`(body: String) {
        #expect(Verdict(PlacementOutcome(of: .reply(body), from: .sample())) == .placed("5"))
    }

    @Test func `a postponement says how long the provider asks us to stay away`() {
        let reply = Finished.reply(#"{"error":"Slow down"}"#, status: 429, retryAfter: 30)
        #expect(
            PlacementOutcome(of: reply, from: .sample())
                == .notPlaced(Postponement(reason: .throttle, retryAfter: 30, text: "Slow down")))
    }

    @Test func `evidence is printable, short, and without our key`() {
        let endpoint = ProviderEndpoint.sample(key: "a/b+c")
        let echo = "\u{1B}[2J\n a/b+c a%2Fb%2Bc a\\/b+c " + String(repeating: "x", count: 1_000)
        let outcome = PlacementOutcome(of: .reply(echo), from: endpoint)
        guard case .unknown(let evidence) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let start = "HTTP 200: [2J  (our key) (our key) (our key) xxx"
        #expect(evidence.hasPrefix(start))
        #expect(evidence.count <= "HTTP 200: ".count + ProviderEndpoint.evidenceLimit)
    }
}
