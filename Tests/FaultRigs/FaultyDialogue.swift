import TestHouse
import TestSupport

/// A panel between two providers of whom one answers badly, to one action at a time.
///
/// Whatever he does, the run ends well, the good one is served in it, and what is known of the bad
/// one's order is what design.md §6 says. At the end both behave, and every order must have been
/// placed once and paid for as it ended.
final class FaultyDialogue {
    /// Something that providers are asked, and how it comes to be asked.
    enum Action: String, CaseIterable {
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

    /// A way to answer badly, as `sandbox --help` names it, before or after doing what is asked.
    struct Fault: CustomStringConvertible {
        let name: String
        let isAfter: Bool

        var description: String { "\(name) \(isAfter ? "after" : "before") the effect" }
        /// Whether the answer comes, if late.
        var isHarmless: Bool { isAfter && ["drip", "slow"].contains(name) }

        static let all = [
            "html", "empty", "half", "reset", "hang", "redirect", "drip", "slow", "huge", "500",
            "429",
        ].flatMap { [Fault(name: $0, isAfter: false), Fault(name: $0, isAfter: true)] }
    }

    private let premises: Premises
    private let (bad, good): (SandboxProcess, SandboxProcess)
    private let folder = TemporaryFolder(inMemory: true)
    private var rounds = 0

    init() throws {
        premises = Premises(path: folder.path)
        let arguments = "--speed 0 --balance 100000 --slow 1"
        bad = try SandboxProcess(arguments, key: Premises.key)
        good = try SandboxProcess("\(arguments) --seed 2", key: Premises.key)
        try premises.configure(providers: ["bad": bad.url, "good": good.url], timeout: 2)
        try premises.populate()
    }

    /// What should not be after an answer to `action` that has this fault.
    func seen(_ fault: Fault, on action: Action) throws -> [String] {
        rounds += 1
        try prepare(action)
        try bad.misbehave(on: action.rawValue, fault.name, times: 1_000, after: fault.isAfter)
        let ending = premises.run(action.command)
        try bad.misbehave(on: action.rawValue, fault.name, times: 0)
        var seen = ending.status == 0 ? [] : ["status \(ending.status): \(ending.text)"]
        let states = (try state(of: "bad", action), try state(of: "good", action))
        if !Self.rightStates(action, fault).contains(states.0) {
            seen.append("of the bad provider: \(states.0)")
        }
        if states.1 != Self.rightState(action) { seen.append("of the good one: \(states.1)") }
        // He asked to be left alone for two seconds.
        if fault.name == "429" { _ = shellRun("sleep 2.1") }
        return seen + (try premises.findings())
    }

    /// An order at each provider, just so far that the action is due for it.
    private func prepare(_ action: Action) throws {
        guard ![.balance, .services].contains(action) else { return }
        let orders = try ["bad", "good"].map { provider in
            #"{"ref": "\#(rounds)-\#(provider)", "service": \#(try service(of: provider)), "#
                + #""link": "https://\#(provider).example/\#(rounds)", "quantity": 100}"#
        }
        try take(#""orders": [\#(orders.joined(separator: ","))]"#, "orders")
        if action == .add { return }
        try premises.done("dispatch")
        if action == .cancel { return try ask("cancels") }
        for sandbox in [bad, good] { try sandbox.advance(seconds: 1_000) }
        if action == .status { return }
        try premises.done("poll statuses")
        try ask("refills")
        if action == .refill { return }
        try premises.done("dispatch")
        for sandbox in [bad, good] { try sandbox.advance(seconds: 1_000_000) }
    }

    /// Our number of the service that a provider calls 101.
    private func service(of provider: String) throws -> String {
        try premises.table(
            """
            SELECT s.id FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE p.name = '\(provider)' AND s.provider_service = '101'
            """
        ).joined()
    }

    private func ask(_ array: String) throws {
        let orders = try premises.table("SELECT id FROM orders WHERE ref LIKE '\(rounds)-%'")
        try take(
            #""\#(array)": [\#(orders.map { #"{"order": \#($0)}"# }.joined(separator: ","))]"#,
            array)
    }

    private func take(_ content: String, _ name: String) throws {
        try premises.write(
            "{\(content)}", to: "spool/resellers/acme/inbox/\(rounds)-\(name).json")
        try premises.done("ingest")
    }

    /// How things stand at a provider with what was asked.
    private func state(of provider: String, _ action: Action) throws -> String {
        let sql =
            switch action {
            case .add, .status: "SELECT state FROM orders WHERE ref = '\(rounds)-\(provider)'"
            case .refill, .cancel, .refillStatus:
                """
                SELECT r.state || ' ' || coalesce(r.status, '-') FROM requests r
                    JOIN orders o ON o.id = r.order_id WHERE o.ref = '\(rounds)-\(provider)'
                """
            case .balance: "SELECT balance IS NOT NULL FROM providers WHERE name = '\(provider)'"
            case .services:
                """
                SELECT count(*) FROM services s JOIN providers p ON p.id = s.provider_id
                WHERE p.name = '\(provider)' AND s.enabled
                """
            }
        return try premises.table(sql).joined(separator: ",")
    }

    /// How things stand after a good answer.
    private static func rightState(_ action: Action) -> String {
        switch action {
        case .add: "placed"
        case .status: "completed"
        case .refill, .cancel: "sent Pending"
        case .refillStatus: "ended Completed"
        case .balance: "1"
        case .services: "24"
        }
    }

    /// How things may stand after a bad one (design.md §6).
    private static func rightStates(_ action: Action, _ fault: Fault) -> Set<String> {
        if fault.isHarmless { return [rightState(action)] }
        return switch action {
        case .add: [fault.name == "429" ? "accepted" : "in_doubt"]
        case .status: ["placed"]
        // Never asked for twice, unless he said that it was too early.
        case .refill: [fault.name == "429" ? "accepted -" : "ended Unknown"]
        // Asking twice cancels once; what he may have heard of is pending.
        case .cancel: ["accepted -", "accepted Pending", "sent Pending"]
        case .refillStatus: ["sent Pending"]
        case .balance: ["0", "1"]
        case .services: ["24"]
        }
    }

    /// What should not be, once both behave and every doubt is resolved.
    func verdict() throws -> [String] {
        try premises.settle(with: ["bad": bad, "good": good])
        let counts = try bad.counts().merging(good.counts()) { first, _ in first }
        let ends = try premises.table(
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
            + (try premises.findings()) + (try premises.statusFaults())
    }
}
