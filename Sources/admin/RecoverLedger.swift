import Ledger
import Run
import SQLiteTables
import Settings
import Spool
import Timestamps

/// Prepares an older ledger to be gone on with.
///
/// 1. Take the locks of all programs.
/// 2. Prove the ledger: a backup put beside the old ledger's `-wal` file is a ruin.
/// 3. One commit: hold what may have been sent since; remember which files must have the same done to
///    their orders, in which order they were taken, and which numbers were given.
/// 4. Put their receipts aside, and copies of them where `ingest` takes them first.
/// 5. Begin a new generation. Until here every program refuses the ledger.
///
/// A run that dies before 5 is made again from the start; every step can be done twice.
struct RecoverLedger {
    private let context: RunContext
    private let spool: Spool
    private let ledger: Ledger

    /// Those that work with the ledger under a lock.
    private static let programs = ["ingest", "dispatch", "poll", "report"]

    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    init(_ context: RunContext) throws {
        self.context = context
        let settings = context.settings
        spool = try Spool.open(at: settings.spool, program: context.program)
        ledger = try Ledger.openExisting(
            in: SQLiteFile(settings.ledger), currency: settings.currency,
            notedIn: Spool.generationFile(inSpool: settings.spool))
    }

    /// - Throws: `LockError.held` if a program runs; `UnsoundLedger`; as `init` does.
    func run() async throws -> Summary {
        try await withLocks(of: Self.programs[...]) {
            try ledger.checkSoundness()
            let archived = try spool.archived()
            let unknown = try ledger.unknown(among: archived.compactMap(\.kept))
            // Of bytes that came under several names, the first.
            var known = Set<KeptFile>()
            let files = archived.filter { file in
                file.kept.map { unknown.contains($0) && known.insert($0).inserted } ?? false
            }
            let lost = Gap(
                files: files.compactMap { file in
                    file.kept.map { LostFile(kept: $0, name: file.name) }
                } + (try leftovers()), statusFiles: try statusFiles())
            let held = try ledger.hold(
                lost, lastSeenIn: spool.generationFile, at: context.clock.now())
            for file in files {
                try spool.quarantineReceipt(of: file)
                try spool.replay(file)
            }
            try ledger.resume(lastSeenIn: spool.generationFile)
            return Summary(
                "recovered",
                ["held_in_doubt": .integer(held), "files_to_take_again": .integer(files.count)])
        }
    }

    private func withLocks(
        of programs: ArraySlice<String>, _ body: () throws -> Summary
    ) async throws -> Summary {
        guard let program = programs.first else { return try body() }
        return try await withLock(RunFiles(of: program, inSpool: spool.root).lock) {
            try await withLocks(of: programs.dropFirst(), body)
        }
    }

    /// What lies in `work` may have had its effect, and its orders may have been sent.
    private func leftovers() throws -> [LostFile] {
        try spool.droppersWithLeftovers().flatMap { dropper in
            try spool.leftovers(of: dropper).compactMap { file in
                KeptFile(dropper, file.digest).map { LostFile(kept: $0, name: "\(file.name)") }
            }
        }
    }

    private func statusFiles() throws -> [UserID: Int64] {
        var last: [UserID: Int64] = [:]
        for name in try spool.resellers() {
            let number = try spool.lastStatusFile(of: name)
            if let user = UserID(rawValue: name), number > 0 { last[user] = number }
        }
        return last
    }
}

extension KeptFile {
    /// Nil for a directory's that is no user's.
    fileprivate init?(_ dropper: Dropper, _ digest: String) {
        switch dropper {
        case .desk: self.init(user: nil, digest: digest)
        case .reseller(let name):
            guard let user = UserID(rawValue: name) else { return nil }
            self.init(user: user, digest: digest)
        }
    }
}

extension ArchivedFile {
    fileprivate var kept: KeptFile? { KeptFile(dropper, digest) }
}
