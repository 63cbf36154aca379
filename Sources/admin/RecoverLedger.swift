import Ledger
import Run
import Settings
import Spool
import Stage
import Timestamps

/// Prepares an older ledger, so that the programs can resume with it.
///
/// 1. Take the locks of all programs (`AllLocks`).
/// 2. Prove the ledger: a backup put beside the old ledger's `-wal` file is corrupt.
/// 3. One commit: hold in doubt the orders that may have been sent since. Note the files whose
///    orders must be held too, the order in which they were taken, and the numbers that were given:
///    an order of a file whose receipt is in the archive gets its number again.
/// 4. Put the receipts of these files aside, and copies of the files where `ingest` replays them.
/// 5. Begin a new generation. Until here every program refuses the ledger.
///
/// If a run dies before 5, run it again from the start: every step can be repeated.
struct RecoverLedger {
    private let context: RunContext
    private let spool: Spool
    private let ledger: Ledger
    private let locks: AllLocks

    /// - Parameters:
    ///   - context: what the run was given.
    ///   - patience: how long to wait for programs that run, in seconds.
    /// - Throws: `SystemError`, `LedgerError`, `StoreError`.
    init(_ context: RunContext, patience: Int) throws {
        self.context = context
        locks = AllLocks(context, patience: patience)
        let stage = try Stage.openUnchecked(context)
        spool = stage.spool
        ledger = stage.ledger
    }

    /// - Throws: `LockError.held` if a program runs; `UnsoundLedger`; as `init` does.
    func run() async throws -> Summary {
        try await locks.hold {
            try ledger.checkSoundness()
            let archived = try spool.archived()
            let unknown = try ledger.unknown(among: archived.compactMap(\.kept))
            // If the same bytes came under several names, only the first name counts.
            var known = Set<KeptFile>()
            let files = archived.filter { file in
                file.kept.map { unknown.contains($0) && known.insert($0).inserted } ?? false
            }
            let numbers = try OrderNumbers(context, spool, archived)
            let gap = Gap(
                files: try files.compactMap { file in
                    try file.kept.map {
                        LostFile(kept: $0, name: file.name, orders: try numbers.orders(of: $0))
                    }
                } + (try leftovers(numbers)), statusFiles: try statusFiles())
            let held = try ledger.hold(
                gap, lastSeenIn: spool.generationFile, at: context.clock.now())
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

    /// The files in `work`: they may have had their effect, and their orders may have been sent.
    private func leftovers(_ numbers: OrderNumbers) throws -> [LostFile] {
        try spool.droppersWithLeftovers().flatMap { dropper in
            try (spool.leftovers(of: dropper) + spool.collected(of: dropper)).compactMap { file in
                try KeptFile(dropper, file.digest).map {
                    LostFile(
                        kept: $0, name: "\(file.name)", orders: try numbers.orders(of: $0))
                }
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
    /// Nil for a file in a directory that belongs to no user.
    init?(_ dropper: Dropper, _ digest: String) {
        guard dropper.inLedger != .nobody else { return nil }
        self.init(dropper.inLedger, digest: digest)
    }
}

extension ArchivedFile {
    var kept: KeptFile? { KeptFile(dropper, digest) }
}
