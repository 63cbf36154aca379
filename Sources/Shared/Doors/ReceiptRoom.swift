import Glibc
import Ledger
import Spool
import Stage
import Synchronization

/// What a call learns that waits for the receipt of its file.
package enum Awaited<Answer: Sendable>: Sendable {
    /// The file has had its effect.
    case known(Answer)
    /// It was taken back in time: nothing happened, now and ever.
    case withdrawn
    /// `ingest` has it, and its effect is not known yet.
    case taken
}

/// Where calls wait for the receipts of their files, on one thread of its own.
///
/// It wakes when `ingest` notes a commit in the spool's `lock`, when another call begins to wait,
/// and every 100 ms. Each time one reading of the ledger answers all calls whose files are there.
/// The watch is set before the first look, and a look follows every wake, so no commit is missed.
///
/// A call whose time is over takes its file back, if it may. If `ingest` was faster, the call hears
/// that the file is taken.
final class ReceiptRoom: Sendable {
    private let porter: Porter
    private let ledger: LedgerReader
    private let bell: Doorbell
    private let waiting = Mutex(Waiting())
    /// Tells what comes into `lock`.
    private let watch: Watch

    private struct Waiting {
        var calls: [DroppedFile: [Call]] = [:]
        /// The last file of each owner that no call waits for, and until when it is looked for.
        var followed: [Dropper: (file: DroppedFile, end: ContinuousClock.Instant)] = [:]
        var isClosed = false
    }

    /// One call that waits.
    private struct Call {
        let end: ContinuousClock.Instant
        let takesBack: Bool
        /// Gives the answer; it is called once.
        let answer: @Sendable (Ending) -> Void
    }

    private enum Ending {
        case known(FileReport, Receipts)
        case withdrawn, taken
        case failed(any Error)
    }

    /// How often to look without being woken, in milliseconds.
    private static let pulse: Int32 = 100

    /// How long a file is looked for that no call waits for.
    private static let longestFollowed = Duration.seconds(60)

    /// - Parameters:
    ///   - spool: where `ingest` notes its commits.
    ///   - porter: takes files back.
    ///   - ledger: where their effects are.
    ///   - starter: starts `ingest`; nil if something else keeps it running.
    /// - Throws: `SystemError`.
    init(
        _ spool: Spool, _ porter: Porter, _ ledger: LedgerReader, _ starter: IngestStarter?
    ) throws(SystemError) {
        self.porter = porter
        self.ledger = ledger
        bell = try Doorbell()
        watch = try Watch()
        // If it cannot be watched, the pulse finds every commit all the same.
        _ = try watch.add(spool.runDirectory, for: .arrivals)
        try OwnThread.run { [self] in
            var starter = starter
            while !waiting.withLock({ $0.isClosed }) {
                rest()
                look()
                sendAway()
                if isWanted { starter?.ensure() } else { starter?.reap() }
            }
            starter?.reap()
        }
    }

    /// Ends the thread. Nobody waits any more.
    func close() {
        waiting.withLock { $0.isClosed = true }
        bell.ring()
    }

    /// How many calls wait.
    var count: Int { waiting.withLock { $0.calls.values.reduce(0) { $0 + $1.count } } }

    /// Whether anybody wants `ingest` to run.
    private var isWanted: Bool {
        waiting.withLock { !$0.calls.isEmpty || !$0.followed.isEmpty }
    }

    /// Keeps an `ingest` running until it has taken a file for which no call waits. It is enough
    /// to look for the last file of each owner.
    func follow(_ file: DroppedFile) {
        waiting.withLock { $0.followed[file.owner] = (file, .now + Self.longestFollowed) }
        bell.ring()
    }

    /// Waits until a file has had its effect, or the time is over.
    ///
    /// - Parameters:
    ///   - file: the file, which was dropped.
    ///   - time: how long to wait.
    ///   - takesBack: whether the file is taken back when the time is over.
    ///   - read: reads the answer from the ledger.
    /// - Returns: what was learnt.
    /// - Throws: `LedgerError`, `StoreError`, and what `read` throws.
    func wait<Answer: Sendable>(
        for file: DroppedFile, _ time: Duration, takesBack: Bool,
        _ read: @escaping @Sendable (FileReport, Receipts) throws -> Answer
    ) async throws -> Awaited<Answer> {
        try await withCheckedThrowingContinuation { continuation in
            let call = Call(end: .now + time, takesBack: takesBack) { ending in
                continuation.resume(
                    with: Result {
                        switch ending {
                        case .known(let report, let receipts):
                            .known(try read(report, receipts))
                        case .withdrawn: .withdrawn
                        case .taken: .taken
                        case .failed(let error): throw error
                        }
                    })
            }
            waiting.withLock { $0.calls[file, default: []].append(call) }
            bell.ring()
        }
    }
}

// MARK: - The thread

extension ReceiptRoom {
    /// Waits for a commit, a call, or the next beat of the pulse.
    private func rest() {
        // A child that has ended is taken note of within ten beats, even if nobody waits.
        var sources = [watch.descriptor, bell.reading].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&sources, nfds_t(sources.count), isWanted ? Self.pulse : 10 * Self.pulse)
        bell.quieten()
        // What came does not matter: the ledger says what there is to know.
        _ = try? watch.news()
    }

    /// Answers every call whose file the ledger has.
    private func look() {
        let files = waiting.withLock { waiting in
            Set(waiting.calls.keys).union(waiting.followed.values.map(\.file))
        }
        guard !files.isEmpty else { return }
        do {
            try ledger.receipts { receipts in
                for file in files {
                    let row = try receipts.file(
                        named: file.name, digest: file.digest, of: file.owner.inLedger)
                    guard let row else { continue }
                    let report = try receipts.report(of: row)
                    for call in leave(file) { call.answer(.known(report, receipts)) }
                }
            }
        } catch {
            for call in files.flatMap(leave) { call.answer(.failed(error)) }
        }
    }

    /// Takes the calls for a file out of the room.
    private func leave(_ file: DroppedFile) -> [Call] {
        waiting.withLock { waiting in
            if waiting.followed[file.owner]?.file == file { waiting.followed[file.owner] = nil }
            return waiting.calls.removeValue(forKey: file) ?? []
        }
    }

    /// Ends the calls whose time is over. If one of them takes the file back, all that wait for the
    /// file hear of it.
    private func sendAway() {
        let now = ContinuousClock.now
        var late: [(file: DroppedFile, calls: [Call], takesBack: Bool)] = []
        waiting.withLock { waiting in
            waiting.followed = waiting.followed.filter { $0.value.end > now }
            for (file, calls) in waiting.calls where calls.contains(where: { $0.end <= now }) {
                let takesBack = calls.contains { $0.end <= now && $0.takesBack }
                let ending = takesBack ? calls : calls.filter { $0.end <= now }
                let rest = takesBack ? [] : calls.filter { $0.end > now }
                waiting.calls[file] = rest.isEmpty ? nil : rest
                late.append((file, ending, takesBack))
            }
        }
        for (file, calls, takesBack) in late {
            guard takesBack else {
                for call in calls { call.answer(.taken) }
                continue
            }
            porter.withdraw(file) { result in
                for call in calls {
                    switch result {
                    case .success(true): call.answer(.withdrawn)
                    case .success(false): call.answer(.taken)
                    case .failure(let error): call.answer(.failed(error))
                    }
                }
            }
        }
    }
}
