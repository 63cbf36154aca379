import SandboxProvider
import StrictJSON
import Testing

@Suite struct MisbehaviourTests {
    @Test(arguments: Misbehaviour.all.map(\.word))
    func `a word in a link has the effect the manual states, counted once`(
        word: String
    ) async throws {
        let misbehaviour = try #require(Misbehaviour.all.first { $0.word == word })
        try await Harness.with { sandbox in
            let link = "https://example.com/\(word)"
            _ = await sandbox.call(
                "action=add&service=101&quantity=100&link=\(link)",
                patience: word.contains("hang") ? 300 : 300_000)

            // An impatient client may be gone before the sandbox has read the request.
            while await sandbox.panel.count(of: link).received == 0 { await Task.yield() }
            let placed: Int64 = misbehaviour.effect == .placed ? 1 : 0
            #expect(await sandbox.panel.count(of: link) == .init(received: 1, placed: placed))
            let balance = try await sandbox.balance()
            #expect(balance == (placed == 1 ? "999.91" : "1000.00"))
        }
    }

    /// What the client sees; `№` stands for the order's id, `LAST` for the one before.
    static let answers: [(word: String, status: Int, body: String)] = [
        ("refuse-link", 200, #"{"error":"neworder.error.link"}"#),
        ("refuse-service", 200, #"{"error":"Incorrect service ID"}"#),
        ("refuse-funds", 200, #"{"error":"Not enough funds on balance"}"#),
        ("unknown-error", 200, #"{"error":"Сервис временно недоступен, попробуйте позже"}"#),
        ("throttle", 429, #"{"error":"Rate limit exceeded"}"#),
        ("html", 200, "<html><h1>Checking your browser…</h1></html>"),
        ("redirect", 301, ""),
        ("500-before", 500, "<html><h1>Internal Server Error</h1></html>"),
        ("500-after", 500, "<html><h1>Internal Server Error</h1></html>"),
        ("empty", 200, ""),
        ("drip", 200, #"{"order":№}"#),
        ("slow", 200, #"{"order":№}"#),
        ("repeat-id", 200, #"{"order":LAST}"#),
        ("no-id", 200, #"{"status":"success"}"#),
    ]

    @Test(arguments: answers.map(\.word))
    func `a word in a link is answered as promised`(word: String) async throws {
        let expected = try #require(Self.answers.first { $0.word == word })
        try await Harness.with { sandbox in
            let last = try await sandbox.place("service=101&quantity=100&link=before")
            let answer = await sandbox.call(
                "action=add&service=101&quantity=100&link=sandbox-\(word)")

            #expect(answer.status == expected.status)
            #expect(
                answer.body
                    == expected.body.replacing("№", with: "\(last + 1)")
                    .replacing("LAST", with: "\(last)"))
        }
    }

    @Test func `a throttled client learns when to come again`() async throws {
        try await Harness.with { sandbox in
            let answer = await sandbox.call(
                "action=add&service=101&quantity=100&link=sandbox-throttle")
            guard case .answered(_, let head, _) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(head.contains("\r\nretry-after: 2"))
        }
    }

    @Test func `half an answer ends in the middle`() async throws {
        try await Harness.with { sandbox in
            let answer = await sandbox.call("action=add&service=101&quantity=100&link=sandbox-half")
            #expect(answer == .cut(body: #"{"order"#))
        }
    }

    @Test(arguments: ["before", "after"])
    func `a reset is a reset, and a hanging answer never comes`(when: String) async throws {
        try await Harness.with { sandbox in
            let order = "action=add&service=101&quantity=100&link=sandbox"
            let first = await sandbox.call("\(order)-reset-\(when)")
            #expect(first == .reset)
            let second = await sandbox.call("\(order)-hang-\(when)", patience: 300)
            #expect(second == .silence)
        }
    }

    @Test func `a huge answer begins well and goes on for 64 MiB`() async throws {
        try await Harness.with { sandbox in
            let body = try await sandbox.ask(
                "action=add&service=101&quantity=100&link=sandbox-huge")
            #expect(body.prefix(40).contains(#"{"order":"#))
            #expect(body.utf8.count > 64 << 20)
        }
    }

    @Test func `no word is the beginning of another, so a link means what it says`() {
        for one in Misbehaviour.all {
            #expect(Misbehaviour.all.filter { $0.word.hasPrefix(one.word) }.count == 1)
        }
    }
}
