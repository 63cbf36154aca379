import Money
import SandboxProvider
import StrictJSON
import Testing

/// A sandbox on a free port, and a client that has its key.
struct Harness {
    let server: SandboxServer
    let client: LoopbackClient

    var panel: Panel { server.panel }

    /// Runs `test` against its own sandbox, whose clock moves only by the control path.
    static func with(
        _ habits: Set<Habit> = [], balance: String = "1000",
        isolation: isolated (any Actor)? = #isolation, _ test: (Harness) async throws -> Void
    ) async throws {
        var options = SandboxOptions(key: "k")
        options.speed = 0
        options.balance = try Amount(parsing: balance)
        options.dialect = Dialect(habits)
        options.slow = .milliseconds(50)
        let server = try await SandboxServer.start(options)
        do {
            try await test(Harness(server: server, client: LoopbackClient(port: server.port)))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// One call of the API v2.
    func call(_ form: String, patience: Int = 300_000) async -> Exchange {
        await client.send("POST", "/api/v2", "key=k&\(form)", patience: patience)
    }

    /// The answer's body.
    func ask(_ form: String) async throws -> String {
        try #require(await call(form).body)
    }

    /// The new order's id.
    func place(_ order: String) async throws -> Int64 {
        let answer = try await json("action=add&\(order)")
        guard case .number(let number)? = answer["order"] else {
            throw Unplaced(order: order, answer: "\(answer)")
        }
        return try #require(number.integer)
    }

    /// A field of an order's status, as text.
    func status(_ order: Int64, _ field: String = "status") async throws -> String? {
        let answer = try await json("action=status&order=\(order)")
        if case .string(let text)? = answer[field] { return text }
        return nil
    }

    func balance() async throws -> String? {
        guard case .string(let text)? = try await json("action=balance")["balance"] else {
            return nil
        }
        return text
    }

    func json(_ form: String) async throws -> JSONValue {
        try JSONValue(parsing: Array(try await ask(form).utf8))
    }

    func control(_ name: String, _ body: String) async -> Exchange {
        await client.send("POST", "/control/\(name)", body)
    }

    /// An order that should have been placed was not.
    struct Unplaced: Error {
        let order: String
        let answer: String
    }
}
