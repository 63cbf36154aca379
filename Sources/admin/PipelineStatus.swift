import Ledger
import Run
import SQLiteTables
import Settings
import Spool
import Timestamps

/// Where everything stands, as far as one look tells.
struct PipelineStatus {
    /// The inboxes in which something waits, the desk's first.
    let inboxes: [(owner: String, files: WaitingFiles)]
    /// What the last run of `ingest` left where it lies.
    let passedOver: [PassedOver]
    let work: WaitingFiles
    let openJournals: [String]
    let quarantine: (count: Int, latest: Timestamp?)
    let standing: Standing
    /// What waits for a person.
    let people: WaitingForPeople
    /// Whether the ledger is an older one, which the programs refuse.
    let isBehind: Bool
    /// In the order of their work; nil where none is known.
    let lastRuns: [(program: String, run: LastRun?)]
    /// The process that runs a program now.
    let running: [String: Int32]
    /// Why the key of an enabled provider cannot be had, by the provider's name.
    let keyProblems: [String: String]
    /// On the spool's disk, in bytes; intake stops below the second.
    let freeBytes: Int
    let minFreeBytes: Int
    let settings: Settings
    let spoolRoot: String
    /// When it was looked.
    let now: Timestamp

    /// What leaves a record of its last run.
    private static let programs = [
        "ingest", "dispatch", "poll", "report", "audit", "backup", "recover",
    ]

    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    init(_ context: RunContext) throws {
        settings = context.settings
        now = context.clock.now()
        // First, because where there is no ledger nothing else is made either.
        let ledger = try Ledger.openExisting(
            in: SQLiteFile(settings.ledger), currency: settings.currency,
            notedIn: Spool.generationFile(inSpool: settings.spool))
        let spool = try Spool.open(at: settings.spool, program: context.program)
        let owners = [Dropper.desk] + (try spool.resellers().map { .reseller($0) })
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
        // Cron's environment, where a key may be, is another than the one here.
        keyProblems = settings.keyProblems(assumingEnvironment: true)
        passedOver = try ledger.passedOver()
        standing = try ledger.standing()
        people = try ledger.waitingForPeople(at: now)
        isBehind = try ledger.isBehind(spool.generationFile)
    }

    /// Nil where something is in the way: `ingest` reports that, and it hides nothing else.
    private static func unobstructed<T>(_ body: () throws(SystemError) -> T) throws -> T? {
        do {
            return try body()
        } catch  where error.isObstacle {
            return nil
        }
    }
}
