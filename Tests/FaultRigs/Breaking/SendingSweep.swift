import TestHouse
import TestSupport

/// A panel at work with the sandbox, round after round; in each, one program may be killed.
///
/// A round takes a batch with an order of each kind, a refill of an order of the round before, and
/// a cancel; sends them, lets the sandbox's time go by, and asks for their status, the balance, and
/// the services, which all get new names in each round. Orders are not compared before the end:
/// then every doubt is resolved, and sandbox and books are judged.
final class SendingSweep {
    /// What is killed, by its command line.
    enum Program: String, CaseIterable {
        case dispatch
        case poll
    }

    private let works = Works(inMemory: true)
    private let sandbox: SandboxProcess
    private var rounds = 0
    private var kills = 0
    /// Whether the sandbox will soon have more orders than its list shows.
    var isLong: Bool { rounds > 60 }

    /// How the sandbox treats an order, by a word in its link, and how the order ends in the books:
    /// its state, and the refund of its 0.108 USD, in millionths.
    private static let kinds: [(word: String, state: String, refunded: Int)] = [
        ("plain", "completed", 0),
        ("sandbox-partial", "partial", 43_200), ("sandbox-cancel", "canceled", 108_000),
        ("sandbox-refuse-link", "refused", 108_000), ("sandbox-500-after", "completed", 0),
        (frozen, "canceled", 108_000),
    ]
    /// The kind that we cancel, because it would never end otherwise.
    private static let frozen = "sandbox-unknown-word"
    /// The seconds of sandbox time in a round: enough for any order.
    private static let time = 1_000

    init() throws {
        sandbox = try SandboxProcess("--speed 0 --balance 100000", key: Works.key)
        try works.open(with: sandbox)
    }

    /// The system calls of a run of `program` with everything to do, including sends.
    func calls(of program: Program) throws -> SystemCalls {
        _ = try round(killing: nil)
        try take(Self.kinds.map(\.word))
        if program == .poll { try works.done("dispatch") }
        try prepare(program)
        let calls = try SystemCalls(of: program.rawValue, on: works, and: ["sendto"])
        try works.done("dispatch", "poll statuses")
        return calls
    }

    /// Faults after a round in which `program` is struck; nil if it ended before the blow.
    func seen(killing program: Program, by blow: Blow) throws -> [String]? {
        let before = kills
        let seen = try round(killing: (program, blow))
        return seen.isEmpty && kills == before ? nil : seen
    }

    /// Lets everything that `program` asks about become due.
    private func prepare(_ program: Program) throws {
        guard program == .poll else { return }
        try sandbox.advance(seconds: Self.time)
        try works.configure(
            [.unpaused("sandbox", url: sandbox.url)],
            also: "catalogue: {rules: [{rename_category: \"\(category)\"}]}")
        try works.hasten()
    }

    /// What every service's category is called in this round.
    private var category: String { "round \(rounds)" }

    private func round(killing target: (program: Program, blow: Blow)?) throws -> [String] {
        try take(Self.kinds.map(\.word))
        var seen: [String] = []
        for program in Program.allCases {
            try prepare(program)
            if let target, target.program == program {
                let ending = works.run(program.rawValue, struckBy: target.blow)
                if ending.isKilled {
                    kills += 1
                } else if ending.status != 0 {
                    seen.append("status \(ending.status): \(ending.text)")
                }
            }
            seen += try halfLists()
            try works.done(program.rawValue)
        }
        let silent = target == nil ? [] : try works.silentInAnHour()
        return seen + (try halfLists()) + (try news()) + (try works.findings()) + silent
    }

    /// Catalogues that were taken over in part, or without their lines in the report.
    private func halfLists() throws -> [String] {
        try works.table(
            """
            SELECT c.name, count(*),
                (SELECT count(*) FROM catalogue_changes WHERE after = c.name) AS told
            FROM services s JOIN categories c ON c.id = s.category_id
            WHERE c.name LIKE 'round %' GROUP BY 1 
            HAVING count(*) <> (SELECT count(*) FROM services)
                OR told <> count(*)
            """
        ).map { "the list of services was taken over in part: \($0)" }
    }

    /// What `poll` should have learned about the provider in this round.
    private func news() throws -> [String] {
        let known = try works.table(
            """
            SELECT p.balance, (SELECT min(c.name) FROM services s
                JOIN categories c ON c.id = s.category_id WHERE s.provider_id = p.id)
            FROM providers p
            """)
        let right = ["\(try sandbox.balance())|\(category)"]
        return known == right ? [] : ["of the provider \(known) is known, not \(right)"]
    }

    /// Drops a batch and runs `ingest`: orders of some kinds, a refill of what was delivered in the
    /// round before, and a cancel of frozen orders.
    private func take(_ words: [String]) throws {
        let refills = try lines("o.ref = '\(rounds)-plain' AND o.state = 'completed'")
        let cancels = try lines("o.ref LIKE '%\(Self.frozen)' AND o.state = 'placed'")
        rounds += words.isEmpty ? 0 : 1
        let orders = words.map { word in
            #"{"ref": "\#(rounds)-\#(word)", "service": 101, "quantity": 100, "#
                + #""link": "https://\#(rounds).example/\#(word)"}"#
        }
        let name = words.isEmpty ? "after-\(rounds)" : "\(rounds)"
        try works.write(
            """
            {"orders": [\(orders.joined(separator: ","))], "refills": [\(refills)],
             "cancels": [\(cancels)]}
            """, to: "spool/resellers/acme/inbox/\(name).json")
        try works.done("ingest")
    }

    /// Request lines for the orders that meet a condition and have no request yet.
    private func lines(_ condition: String) throws -> String {
        try works.table(
            """
            SELECT o.id FROM orders o
            WHERE \(condition) AND NOT EXISTS (SELECT 1 FROM requests WHERE order_id = o.id)
            """
        ).map { #"{"order": \#($0)}"# }.joined(separator: ",")
    }

    /// Faults after all rounds, once every doubt is resolved.
    func verdict() throws -> [String] {
        // A frozen order that was in doubt can be canceled once its doubt is resolved.
        for _ in 1...3 {
            try works.decideDoubts(by: ["sandbox": sandbox])
            try works.done("ingest", "dispatch", "poll statuses")
            try take([])
            try works.done("dispatch")
            try sandbox.advance(seconds: Self.time)
            try works.done("poll statuses")
        }
        try works.settle(with: ["sandbox": sandbox])
        return try (kills == 0 ? ["no run was ever killed"] : []) + wrongEnds() + wrongCounts()
            + works.findings() + works.statusFaults()
    }

    private func wrongEnds() throws -> [String] {
        let ends = try works.table(
            """
            SELECT substr(ref, instr(ref, '-') + 1), state, count(*), min(refunded), max(refunded)
            FROM orders GROUP BY 1, 2
            """)
        let expected = Self.kinds.map {
            "\($0.word)|\($0.state)|\(rounds)|\($0.refunded)|\($0.refunded)"
        }
        // The sandbox would have rejected a refill that was requested twice.
        let requests = try works.table(
            """
            SELECT kind, status, count(*) FROM requests
            WHERE NOT coalesce(status IN ('Completed', 
                CASE kind WHEN 'refill' THEN 'Unknown' END), 0)
            GROUP BY 1, 2
            """)
        return Set(ends).subtracting(expected).sorted().map { "orders ended so: \($0)" }
            + Set(expected).subtracting(ends).sorted().map { "orders did not end so: \($0)" }
            + requests.map { "requests ended so: \($0)" }
    }

    private func wrongCounts() throws -> [String] {
        let counts = try sandbox.counts()
        let lost = Self.kinds.count * rounds - counts.count
        return (lost == 0 ? [] : ["\(lost) orders were never sent"])
            + counts.compactMap { link, count in
                // The provider does not have what it refused, so that may be offered again after a
                // kill.
                let isRefused = link.contains("refuse")
                return count.placed == (isRefused ? 0 : 1) && (isRefused || count.received == 1)
                    ? nil
                    : "\(link): received \(count.received ?? -1), placed \(count.placed ?? -1)"
            }.sorted()
    }
}
