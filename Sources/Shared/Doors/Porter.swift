import Ledger
import Spool
import Stage
import Synchronization
import Timestamps

/// Carries files through the doors, one group after the other, on a thread of its own.
///
/// While it syncs one group, the next gathers; so many calls share two syncs, and a single call
/// never waits for others to come. As there is one porter in a process, and one process for each
/// lock, no two callers decide about one name at the same time.
///
/// 1. Take back what is to be withdrawn.
/// 2. For each file to be dropped: is there one of its name in the owner's door, in `work`, or in
///    the ledger? The same bytes need nothing more, other bytes are refused.
/// 3. Sync the bytes of the others.
/// 4. Rename each into its door, which replaces nothing.
/// 5. Sync the doors. Only now does anybody get an answer.
///
/// A process that dies before 4 leaves rubbish in `tmp`, which the next start removes. One that
/// dies later has dropped files that nobody was promised: `ingest` takes them, and a caller that
/// sends the same again finds them. The doors of files found in step 2 are synced too, because the
/// process that dropped them may have died before its step 5.
///
/// A failed sync is never repeated, because nobody knows what is on disk then. The porter carries
/// nothing more, and the program must end.
final class Porter: Sendable {
    private let doorway: Doorway
    private let ledger: LedgerReader
    private let waiting = Mutex(Waiting())
    private let bell: Doorbell

    fileprivate struct Waiting {
        var withdrawals: [Withdrawal] = []
        var drops: [Drop] = []
        var isClosed = false
        /// Why nothing more is carried.
        var failure: SystemError?
    }

    fileprivate struct Withdrawal {
        let file: DroppedFile
        let done: @Sendable (Result<Bool, any Error>) -> Void
    }

    fileprivate struct Drop {
        let file: StagedFile
        let target: DroppedFile
        let naming: FileNaming
        let done: @Sendable (Result<DropOutcome, any Error>) -> Void
    }

    private struct Place: Hashable {
        let owner: Dropper
        let name: String
    }

    /// - Throws: `SystemError`.
    init(_ doorway: Doorway, _ ledger: LedgerReader) throws(SystemError) {
        self.doorway = doorway
        self.ledger = ledger
        bell = try Doorbell()
        try OwnThread.run { [self] in
            while true {
                bell.wait()
                let work = waiting.withLock { waiting in
                    let work = waiting
                    waiting.withdrawals = []
                    waiting.drops = []
                    return work
                }
                for withdrawal in work.withdrawals { takeBack(withdrawal) }
                if !work.drops.isEmpty { carry(work.drops) }
                if work.isClosed { return }
            }
        }
    }

    /// Ends the thread once it has done what was asked so far.
    func close() {
        waiting.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// Why nothing more is carried; nil as long as all is well.
    var failure: SystemError? { waiting.withLock { $0.failure } }

    /// Drops a file, and returns once that is durable.
    ///
    /// - Throws: `SystemError`, `StoreError`, `LedgerError`. What is on disk is unknown then; a
    ///   caller that sends the same bytes again learns it.
    func drop(
        _ file: StagedFile, as name: String, of owner: Dropper, _ naming: FileNaming
    ) async throws -> DropOutcome {
        let target = DroppedFile(
            owner: owner, name: name, digest: file.digest, bytes: file.bytes)
        return try await withCheckedThrowingContinuation { continuation in
            waiting.withLock {
                $0.drops.append(
                    Drop(file: file, target: target, naming: naming) {
                        continuation.resume(with: $0)
                    })
            }
            bell.ring()
        }
    }

    /// Takes a dropped file back, and tells `done` whether it has no effect, now and ever: false if
    /// `ingest` has it.
    func withdraw(
        _ file: DroppedFile, _ done: @escaping @Sendable (Result<Bool, any Error>) -> Void
    ) {
        waiting.withLock { $0.withdrawals.append(Withdrawal(file: file, done: done)) }
        bell.ring()
    }
}

// MARK: - The thread

extension Porter {
    /// Step 1. A file that is nowhere was taken back by another call that waited for it.
    private func takeBack(_ withdrawal: Withdrawal) {
        let file = withdrawal.file
        withdrawal.done(
            Result {
                if try doorway.withdraw(file.name, of: file.owner) { return true }
                if try doorway.digestOfTaken(file.name, of: file.owner) != nil { return false }
                return try ledger.receipts {
                    try $0.file(named: file.name, digest: file.digest, of: file.owner.inLedger)
                        == nil
                }
            })
    }

    /// Steps 2 to 5.
    private func carry(_ drops: [Drop]) {
        if let failure {
            for drop in drops { drop.end(.failure(failure), doorway) }
            return
        }
        var outcomes: [Int: Result<DropOutcome, any Error>] = [:]
        var first: [Place: Int] = [:]
        var twins: [Int: Int] = [:]
        var unknown: [Int] = []
        var doors: Set<Dropper> = []
        for (index, drop) in drops.enumerated() where drop.naming == .chosen {
            let place = Place(owner: drop.target.owner, name: drop.target.name)
            if let earlier = first[place] {
                twins[index] = earlier
                continue
            }
            first[place] = index
            outcomes[index] = found(drop, &doors)
            if outcomes[index] == nil { unknown.append(index) }
        }
        askLedger(drops, unknown, &outcomes)
        let news = drops.indices.filter { outcomes[$0] == nil && twins[$0] == nil }
        do throws(SystemError) {
            try doorway.sync(news.map { drops[$0].file })
            for index in news {
                outcomes[index] = named(drops[index])
                if case .success(.new) = outcomes[index] { doors.insert(drops[index].target.owner) }
            }
            try doorway.syncNames(of: doors)
        } catch {
            waiting.withLock { $0.failure = error }
            for drop in drops { drop.end(.failure(error), doorway) }
            return
        }
        for (index, earlier) in twins {
            outcomes[index] = outcomes[earlier]?.map {
                drops[index].outcome(after: $0, drops[earlier])
            }
        }
        for (index, drop) in drops.enumerated() {
            guard let outcome = outcomes[index] else {
                preconditionFailure("a drop has no outcome")
            }
            drop.end(outcome, doorway)
        }
    }

    /// What the directories say of a name; nil if they know none.
    private func found(
        _ drop: Drop, _ doors: inout Set<Dropper>
    ) -> Result<DropOutcome, any Error>? {
        let target = drop.target
        do {
            if let digest = try doorway.digestOfWaiting(target.name, of: target.owner) {
                doors.insert(target.owner)
                return .success(target.outcome(after: digest, receivedAt: nil))
            }
            return try doorway.digestOfTaken(target.name, of: target.owner).map {
                .success(target.outcome(after: $0, receivedAt: nil))
            }
        } catch {
            return .failure(error)
        }
    }

    /// What the ledger says of the names that no directory knows.
    private func askLedger(
        _ drops: [Drop], _ unknown: [Int], _ outcomes: inout [Int: Result<DropOutcome, any Error>]
    ) {
        guard !unknown.isEmpty else { return }
        do {
            try ledger.receipts { receipts in
                for index in unknown {
                    let target = drops[index].target
                    guard
                        let known = try receipts.latest(
                            named: target.name, of: target.owner.inLedger),
                        known.digest != target.digest || !known.isJudgedAgain
                    else { continue }
                    outcomes[index] = .success(
                        target.outcome(after: known.digest, receivedAt: known.receivedAt))
                }
            }
        } catch {
            for index in unknown { outcomes[index] = .failure(error) }
        }
    }

    /// Step 4 for one file.
    private func named(_ drop: Drop) -> Result<DropOutcome, any Error> {
        let target = drop.target
        return Result {
            if try doorway.drop(drop.file, as: target.name, of: target.owner) {
                return .new(target)
            }
            let digest = try doorway.digestOfWaiting(target.name, of: target.owner)
            return target.outcome(after: digest ?? "", receivedAt: nil)
        }
    }
}

extension Porter.Drop {
    /// Answers the caller. The bytes that were not dropped are removed.
    fileprivate func end(_ outcome: Result<DropOutcome, any Error>, _ doorway: Doorway) {
        if case .success(.new) = outcome {} else { doorway.discard(file) }
        done(outcome)
    }

    /// The outcome of a file whose name another call of the same group brought first.
    fileprivate func outcome(after outcome: DropOutcome, _ first: Porter.Drop) -> DropOutcome {
        switch outcome {
        case .new, .same: target.outcome(after: first.target.digest, receivedAt: nil)
        case .other(let earlier):
            target.outcome(after: earlier.digest, receivedAt: earlier.receivedAt)
        }
    }
}

extension DroppedFile {
    /// What becomes of this file if its name belongs to the content with `digest`.
    fileprivate func outcome(after digest: String, receivedAt: Timestamp?) -> DropOutcome {
        digest == self.digest
            ? .same(self) : .other(EarlierFile(digest: digest, receivedAt: receivedAt))
    }
}
