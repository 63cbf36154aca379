import Accounts
import Ledger
import Run
import Settings
import Spool
import Stage
import Timestamps

/// The state of the pipeline, as seen in one look.
struct PipelineStatus {
    /// The inboxes with files, the desk's first.
    let inboxes: [(owner: String, files: WaitingFiles)]
    /// What the last run of `ingest` left in its place.
    let passedOver: [PassedOver]
    let work: WaitingFiles
    let openJournals: [String]
    let quarantine: (count: Int, latest: Timestamp?)
    let standing: Standing
    /// Everything that waits for a person.
    let people: WaitingForPeople
    /// Whether the ledger is an older one, which the programs refuse.
    let isBehind: Bool
    /// The last run of each program, in the order of their work; nil if none is known.
    let lastRuns: [(program: String, run: LastRun?)]
    /// The process that runs a program now.
    let running: [String: Int32]
    /// Why the key of an enabled provider is not available, by the provider's name.
    let keyProblems: [String: String]
    /// How many keys of the HTTP door wait for `admin key confirm`.
    let waitingKeys: Int
    /// On the spool's disk, in bytes; intake stops below `minFreeBytes`.
    let freeBytes: Int
    let minFreeBytes: Int
    let settings: Settings
    let spoolRoot: String
    /// The moment of the look.
    let now: Timestamp

    /// The programs and commands that leave a record of their last run.
    private static let programs = [
        "ingest", "dispatch", "poll", "report", "audit", "backup", "recover",
    ]

    /// - Throws: `SystemError`, `LedgerError`, `AccountsError`, `StoreError`.
    init(_ context: RunContext) throws {
        settings = context.settings
        now = context.clock.now()
        let stage = try Stage.openUnchecked(context)
        let ledger = stage.ledger
        let spool = stage.spool
        let desks = settings.desks.keys.sorted().map { Dropper.namedDesk($0) }
        let owners = [.desk] + desks + (try spool.resellers().map { .reseller($0) })
        inboxes = try owners.compactMap { owner in
            try Self.unobstructed { () throws(SystemError) in try spool.waiting(in: owner) }
                .map { (owner.name, $0) }
        }.filter { $1.count > 0 }
        work = try spool.waitingInWork()
        openJournals = try spool.openJournals()
        freeBytes = try spool.freeBytes()
        minFreeBytes = settings.intake.minFreeBytes
        quarantine = try spool.quarantined()
        spoolRoot = spool.root
        lastRuns = Self.programs.map { ($0, LastRun.read(of: $0, inSpool: spool.root)) }
        running = Self.programs.reduce(into: [:]) { running, program in
            running[program] = LockHolder.process(running: program, inSpool: spool.root)
        }
        // A key may be in the environment of cron, which is not ours.
        keyProblems = settings.keyProblems(assumingEnvironment: true)
        passedOver = try ledger.passedOver()
        standing = try ledger.standing()
        people = try ledger.waitingForPeople(at: now)
        isBehind = try ledger.isBehind(spool.generationFile)
        waitingKeys = try stage.openExistingAccounts()?.waitingKeys() ?? 0
    }

    /// Nil if something is in the way: `ingest` reports that, and it must hide nothing else.
    private static func unobstructed<T>(_ body: () throws(SystemError) -> T) throws -> T? {
        do {
            return try body()
        } catch  where error.isObstacle {
            return nil
        }
    }
}
