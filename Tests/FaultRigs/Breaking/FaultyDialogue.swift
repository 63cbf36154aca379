import TestHouse
import TestSupport

/// A panel with two providers, one of which answers badly or not at all, to one action at a time.
///
/// Whatever it does, the run must end well, the good provider must get its orders in it, and the
/// bad one's order must be in the state that design.md §6 requires. In the end both behave, and
/// every order must have been placed once and paid for as it ended.
final class FaultyDialogue {
    /// A request to providers, and the command that sends it.
    enum Action: String, CaseIterable, Sendable {
        case add, status, refill, cancel, balance, services
        case refillStatus = "refill_status"

        /// The command that asks it.
        var command: String {
            switch self {
            case .add, .refill, .cancel: "dispatch"
            case .status, .refillStatus: "poll statuses"
            case .balance: "poll balances"
            case .services: "poll catalogue"
            }
        }
    }

    private let works = Works(inMemory: true)
    private let (bad, good): (SandboxProcess, SandboxProcess)
    private var rounds = 0

    /// The seconds to wait for an answer that never comes. The request has been sent by then.
    private static let timeout = 3

    init() throws {
        let arguments = "--speed 0 --balance 100000 --slow 1"
        bad = try SandboxProcess(arguments, key: Works.key)
        good = try SandboxProcess("\(arguments) --seed 2", key: Works.key)
        try configure(bad.url)
        try works.populate()
    }

    /// Configures the address of the bad provider, and how long to wait for it.
    private func configure(_ address: String, timeout: Int = patience) throws {
        try works.configure([
            .unpaused("bad", url: address, timeout: timeout), .unpaused("good", url: good.url),
        ])
    }

    /// Faults after `action` has met this fault of the provider.
    func seen(_ fault: Fault, on action: Action) throws -> [String] {
        rounds += 1
        try prepare(action, fault)
        let isSilent = fault.answer?.name == "hang"
        try configure(
            fault.address(insteadOf: bad.url) ?? bad.url,
            timeout: isSilent ? Self.timeout : patience)
        if let answer = fault.answer {
            try bad.misbehave(
                on: action.rawValue, answer.name, times: 1_000, after: answer.isAfter)
        }
        let ending = works.run(action.command)
        if let answer = fault.answer {
            try bad.misbehave(on: action.rawValue, answer.name, times: 0)
        }
        if fault.isUnheard || isSilent { try configure(bad.url) }
        var seen = ending.status == 0 ? [] : ["status \(ending.status): \(ending.text)"]
        let states = (try state(of: "bad", action), try state(of: "good", action))
        if states.0 != action.state(after: fault) {
            seen.append("of the bad provider: \(states.0), not \(action.state(after: fault))")
        }
        if states.1 != action.rightState { seen.append("of the good one: \(states.1)") }
        // It asked to be left alone for two seconds.
        if fault.isThrottle { _ = shellRun("sleep 2.1") }
        return seen + (try works.findings()) + (try works.silentInAnHour())
    }

    /// Brings an order at each provider to where the action is due for it.
    private func prepare(_ action: Action, _ fault: Fault) throws {
        if action == .services { return }
        // An order's cost is the difference between the balances before and after.
        if action == .balance { try works.done("poll balances") }
        if fault.word != nil {
            // The order before it must have a known id, and must be the only one on its way.
            try order("before-")
            try works.done("dispatch")
        }
        try order("", fault.word ?? "")
        if action == .add { return }
        try works.done("dispatch")
        if action == .balance { return }
        if action == .cancel { return try ask("cancels") }
        for sandbox in [bad, good] { try sandbox.advance(seconds: 1_000) }
        if action == .status { return }
        try works.done("poll statuses")
        try ask("refills")
        if action == .refill { return }
        try works.done("dispatch")
        for sandbox in [bad, good] { try sandbox.advance(seconds: 1_000_000) }
    }

    /// Drops an order for each provider, and runs `ingest`.
    ///
    /// - `name`: distinguishes it from the others of its round.
    /// - `word`: stands in the link of the bad provider's.
    private func order(_ name: String, _ word: String = "") throws {
        let orders = try ["bad", "good"].map { provider in
            let link = "\(provider).example/\(rounds)/\(name)\(provider == "bad" ? word : "")"
            return #"{"ref": "\#(rounds)-\#(name)\#(provider)", "quantity": 100, "#
                + #""service": \#(try service(of: provider)), "link": "https://\#(link)"}"#
        }
        try take(#""orders": [\#(orders.joined(separator: ","))]"#, "\(name)orders")
    }

    /// Our number of the service that a provider calls 101.
    private func service(of provider: String) throws -> String {
        try works.table(
            """
            SELECT s.id FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE p.name = '\(provider)' AND s.provider_service = '101'
            """
        ).joined()
    }

    private func ask(_ array: String) throws {
        let orders = try works.table("SELECT id FROM orders WHERE ref LIKE '\(rounds)-%'")
        try take(
            #""\#(array)": [\#(orders.map { #"{"order": \#($0)}"# }.joined(separator: ","))]"#,
            array)
    }

    private func take(_ content: String, _ name: String) throws {
        try works.write(
            "{\(content)}", to: "spool/resellers/acme/inbox/\(rounds)-\(name).json")
        try works.done("ingest")
    }

    /// The state of the request at a provider.
    private func state(of provider: String, _ action: Action) throws -> String {
        let sql =
            switch action {
            // An order that was not sent is due, but not at once.
            case .add, .status:
                """
                SELECT state || CASE WHEN state = 'accepted' AND due_at > created_at
                    THEN ', due later' ELSE '' END
                FROM orders WHERE ref = '\(rounds)-\(provider)'
                """
            case .refill, .cancel, .refillStatus:
                """
                SELECT r.state || ' ' || coalesce(r.status, '-') FROM requests r
                    JOIN orders o ON o.id = r.order_id WHERE o.ref = '\(rounds)-\(provider)'
                """
            case .balance: "SELECT balance FROM providers WHERE name = '\(provider)'"
            case .services:
                """
                SELECT count(*) FROM services s JOIN providers p ON p.id = s.provider_id
                WHERE p.name = '\(provider)' AND s.enabled
                """
            }
        let state = try works.table(sql).joined(separator: ",")
        guard action == .balance else { return state }
        return try state == (provider == "bad" ? bad : good).balance() ? "as it is" : "as it was"
    }

    /// Faults once both behave and every doubt is resolved.
    func verdict() throws -> [String] {
        // This does not wait until unsent orders are due again.
        try works.hasten()
        try works.settle(with: ["bad": bad, "good": good])
        let counts = try bad.counts().merging(good.counts()) { first, _ in first }
        let ends = try works.table(
            """
            SELECT o.ref, o.state, o.refunded FROM orders o
            WHERE NOT CASE WHEN EXISTS (SELECT 1 FROM requests
                                        WHERE order_id = o.id AND kind = 'cancel')
                THEN o.state = 'canceled' AND o.refunded = o.charge
                ELSE o.state = 'completed' AND o.refunded = 0 END
            """)
        return ends.map { "ended as \($0)" }
            + counts.filter { $0.value.placed != 1 }
            .map { "\($0.key) was placed \($0.value.placed ?? -1) times" }
            + (try works.findings()) + (try works.statusFaults())
    }
}
