import Ledger
import Money
import SQLiteTables
import TestHouse
import TestSupport
import Timestamps
import Trade

/// Feeds hostile batches and desk files to the built `ingest`, many to a run, and judges every
/// receipt and the books behind them.
struct BatchFuzz {
    private let folder = TemporaryFolder(inMemory: true)
    private let ledger: Ledger
    private let alpha: ProviderID
    private var maker: BatchMaker
    private var mutator: Mutator
    private var random: Seeded
    private var inputs = 0
    private var lastTransaction: Int64 = 0
    /// What all receipts together say; with neither, nothing was tried.
    private(set) var orders = 0
    private(set) var rejections: Int64 = 0

    private var works: Works { Works(path: folder.path) }

    /// Files a run is given.
    private static let perRun = 250
    /// KiB of address space that a run may use at most.
    private static let memory = 1 << 20

    init(_ random: Seeded) throws {
        self.random = random
        maker = BatchMaker(Seeded(seed: random.seed &+ 1))
        mutator = Mutator(Seeded(seed: random.seed &+ 2), samples: [], words: BatchMaker.words)
        let works = Works(path: folder.path)
        try works.configure([.unpaused("alpha", url: "http://127.0.0.1:9/api/v2")])
        try works.done("ingest")
        let usd = try Currency(parsing: "USD")
        ledger = try Ledger.openUnchecked(in: SQLiteFile(works.ledgerPath), currency: usd)
        alpha = try ledger.providers(configured: [
            ConfiguredProvider(name: "alpha", currency: usd, isEnabled: true)
        ])["alpha"]!.id
        _ = try ledger.takeOver(
            OrderType.all.enumerated().map { index, type in
                .sample("\(BatchMaker.firstService + index)", type: type.name)
            }, of: alpha, at: WallClock.system.now())
    }

    /// One run of `ingest` over new inputs; each is a point of `findings`.
    mutating func run(into findings: inout Findings) throws {
        let files = try drop()
        let ending = works.run(
            "ingest", under: "ulimit -v \(Self.memory); exec timeout \(patience)")
        let about = "SEED=\(random.seed), inputs \(inputs - Self.perRun + 1) to \(inputs)"
        guard ending.status == 0 else {
            return findings.fail("\(about): ended with \(ending.status): \(ending.text)")
        }
        var charged = Amount.zero
        for (number, receipt) in files {
            findings.trying("SEED=\(random.seed), input \(number)") {
                guard let bytes = bytes(at: receipt) else { return ["it has no receipt"] }
                let oracle = ReceiptOracle(bytes)
                orders += oracle.orders
                rejections += oracle.rejected
                charged = try charged + oracle.charged
                return oracle.complaints
            }
        }
        for wrong in try booksSeen(charged) { findings.fail("\(about): \(wrong)") }
        try clear()
        try advanceOrders()
    }

    /// The 13 invariants.
    func auditSeen() throws -> [String] { try works.findings() }

    /// Fills the inboxes: by turns as it was made, and garbled. Returns where the receipts will be.
    private mutating func drop() throws -> [(number: Int, receipt: String)] {
        try keepEverybodyInBusiness()
        return (0..<Self.perRun).map { index in
            inputs += 1
            let home = index % 5 == 0 ? "desk" : "resellers/\(BatchMaker.users[index % 2])"
            let text = Array((index % 5 == 0 ? maker.deskFile() : maker.batch()).utf8)
            let bytes = index % 2 == 0 || Bool.random(using: &random) ? text : mutator.edited(text)
            // A file without a byte waits for the rest of itself.
            let name = "spool/\(home)/inbox/\(inputs).json"
            folder.write(bytes.isEmpty ? [UInt8(ascii: " ")] : bytes, to: name)
            return (inputs, "\(works.spool)/\(home)/outbox/\(inputs).receipt.json")
        }
    }

    /// Users who were banned or lost all their money in the last run may trade again.
    private func keepEverybodyInBusiness() throws {
        func lines(_ line: (String) -> String) -> String {
            BatchMaker.users.map(line).joined(separator: ",")
        }
        try works.write(
            """
            {"users": [\(lines { #"{"user": "\#($0)"}"# })],
             "unbans": [\(lines { #"{"user": "\#($0)"}"# })],
             "deposits": [\(lines {
                #"{"user": "\#($0)", "method": "bank", "#
                    + #""reference": "\#($0)-\#(inputs)", "amount": 900}"#
             })]}
            """, to: "spool/desk/inbox/0-\(inputs).json")
    }
}

// MARK: What is behind the receipts

extension BatchFuzz {
    /// What is wrong in the books since the last run, of which receipts say that orders were
    /// charged so much.
    private mutating func booksSeen(_ charged: Amount) throws -> [String] {
        let since = lastTransaction
        let held = try works.table(
            """
            SELECT coalesce(sum(amount), 0) FROM transactions
            WHERE id > \(since) AND type = 'hold'
            """)
        var seen = held == ["\(charged.micros)"] ? [] : ["held is \(held), charged \(charged)"]
        seen += try works.table(
            """
            SELECT DISTINCT f.name FROM transactions t JOIN files f ON f.id = t.file_id
            WHERE t.id > \(since) AND f.accepted = 0
            """
        ).map { "\($0) moved money, and nothing of it was accepted" }
        for user in BatchMaker.users {
            let files = try works.table(
                """
                SELECT balance, accepted FROM files WHERE user_id = '\(user)'
                ORDER BY id DESC LIMIT \(Self.perRun / 3)
                """
            ).reversed().map { $0.split(separator: "|") }
            for (before, after) in zip(files, files.dropFirst())
            where after[1] == "0" && after[0] != before[0] {
                seen.append("\(user)'s balance changed by a file of which nothing was accepted")
            }
        }
        lastTransaction = Int64(try works.table("SELECT max(id) FROM transactions")[0]) ?? 0
        maker.lastOrder =
            Int64(try works.table("SELECT coalesce(max(id), 0) FROM orders")[0]) ?? 0
        return seen
    }

    /// Removes what was kept of the files: a minute of them would fill the memory.
    private func clear() throws {
        let script =
            "cd '\(works.spool)' && rm -rf archive/* quarantine/* */outbox/* */*/outbox/*"
        guard shellRun(script).status == 0 else {
            throw WorldFailure("the spool cannot be cleared")
        }
    }

    /// What `dispatch` and `poll` would do to some orders, so that lines about orders find all
    /// kinds.
    private func advanceOrders() throws {
        let now = WallClock.system.now()
        let sent = try ledger.advance(
            recording: [], claiming: [Claim(provider: alpha, count: 40)], waitingForLinks: false,
            at: now
        ).intents.map(\.order)
        let outcomes: [SendOutcome] = sent.enumerated().map { index, order in
            switch index % 4 {
            case 0: SendOutcome(order: order, .unknown(evidence: "lost"))
            case 1: SendOutcome(order: order, .refused(evidence: "no"))
            default:
                SendOutcome(order: order, .placed(providerOrder: "P\(order)", followAt: now))
            }
        }
        _ = try ledger.advance(recording: outcomes, claiming: [], waitingForLinks: false, at: now)
        let ended = sent.enumerated().filter { $0.offset % 4 == 3 }.map { _, order in
            var news = StatusNews(order: order, askAgain: now)
            news.settlement = .completed
            return news
        }
        _ = try ledger.record(ended, at: now)
    }
}
