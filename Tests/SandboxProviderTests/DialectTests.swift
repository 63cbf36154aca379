import SandboxProvider
import Testing

@Suite struct DialectTests {
    static let order =
        "action=add&service=401&quantity=2000&link=b&country=DE&device=1&type_of_traffic=1"

    /// How a panel with one habit answers one question; `№` stands for the order's id.
    static let sayings: [(habits: Set<Habit>, question: String, answer: String)] = [
        ([], "balance", #"{"balance":"2345.10","currency":"USD"}"#),
        ([.separators], "balance", #"{"balance":"2,345.10","currency":"USD"}"#),
        ([.numbers], "balance", #"{"balance":2345.10,"currency":"USD"}"#),
        ([.numbers, .strings], "balance", #"{"balance":"2345.10","currency":"USD"}"#),
        (
            [.warning], "balance",
            "\u{FEFF}<br />\n<b>Warning</b>:  Undefined array key \"runs\" "
                + "on line <b>42</b><br />\n"
                + #"{"balance":"2345.10","currency":"USD"}"#
        ),
        ([.strings], "refill&order=№", #"{"error":"This order can not be refilled"}"#),
        ([.strings], "cancel&order=№", #"{"cancel":"1"}"#),
        (
            [.names, .words], "status&order=№",
            #"{"charge":"0.90","start_counter":"Unknown","status":"Queued","remains":"1000","#
                + #""currency":"USD"}"#
        ),
        (
            [.lists, .bare], "status&orders=№,7",
            #"[{"order":№,"charge":"0.90","start_count":null,"status":"Pending","#
                + #""remains":"1000","currency":"USD"},"Incorrect order ID"]"#
        ),
        ([.lists], "status&orders=7", #"[{"order":7,"error":"Incorrect order ID"}]"#),
        ([.bare], "status&orders=7", #"{"7":"Incorrect order ID"}"#),
        ([.silent], "status&orders=7", "{}"),
        (
            [.wrapped], "status&order=7",
            #"{"status":"error","message":"Incorrect order ID"}"#
        ),
        (
            [.wrapped], "refill&orders=7",
            #"[{"order":7,"refill":{"error":"Incorrect order ID"}}]"#
        ),
    ]

    @Test(arguments: sayings.indices)
    func `a habit spells the same answer its own way`(number: Int) async throws {
        let saying = Self.sayings[number]
        try await Harness.with(saying.habits, balance: "2346") { sandbox in
            let placed = try await sandbox.ask("action=add&service=101&quantity=1000&link=a")
            let id = placed.filter(\.isNumber)
            let answer = try await sandbox.ask(
                "action=" + saying.question.replacing("№", with: id))
            #expect(answer == saying.answer.replacing("№", with: id))
        }
    }

    @Test(
        arguments: [
            ([.strings], #"{"order":"#), ([.names], #"{"order_id":"#),
            ([.wrapped], #"{"status":"success","order":"#),
            ([.wrapped, .strings], #"{"status":"success","order":"#),
        ] as [(Set<Habit>, String)])
    func `a habit spells an order's id its own way`(
        habits: Set<Habit>, beginning: String
    ) async throws {
        try await Harness.with(habits) { sandbox in
            let answer = try await sandbox.ask(Self.order)
            #expect(answer.hasPrefix(beginning + (habits.contains(.strings) ? "\"" : "")))
        }
    }

    @Test(
        arguments: [
            ([.strings], #"[{"service":"101","#, #""dripfeed":"1","refill":"0""#),
            ([.numbers], #"[{"service":101,"#, #""rate":0.12,"min":10,"max":100000,"dripfeed":1"#),
            ([.words], #""type":"custom_comments""#, #""dripfeed":"yes","refill":"no""#),
            ([.names, .separators], #""max":"2,147,483,647""#, #""drip_feed":true,"refill":true"#),
            ([.wrapped], #"{"services":[{"service":101"#, "}]}"),
        ] as [(Set<Habit>, String, String)])
    func `a habit spells the catalogue its own way`(
        habits: Set<Habit>, one: String, other: String
    ) async throws {
        try await Harness.with(habits) { sandbox in
            let body = try await sandbox.ask("action=services")
            #expect(body.contains(one))
            #expect(body.contains(other))
        }
    }

    @Test func `a panel that uses HTTP codes reports errors with them`() async throws {
        try await Harness.with([.codes]) { sandbox in
            #expect(await sandbox.call("action=status&order=7").status == 404)
            #expect(await sandbox.call("action=nonsense").status == 400)
            #expect(await sandbox.client.send("POST", "/api/v2", "").status == 401)
            #expect(await sandbox.call("action=balance").status == 200)
        }
    }
}
