import BatchFiles
import Ledger
import Synchronization

/// Puts the lines of calls into files (doors.md §1, rule 3).
///
/// While one file of a user is on its way, that user's next lines gather into the next file. So a
/// single call goes at once, and many share a file, its syncs and its commit. Each file has a batch
/// of its own, so the same line a week later is a new line.
package final class BatchGathering: Sendable {
    /// Drops a file and waits for what becomes of its lines.
    private let deliver: @Sendable (GatheredBatch, UserID) async throws -> Awaited<[LineAnswer]>
    /// The most lines in one file: what waits behind them goes into the next.
    private let mostLines: Int
    /// The lines that wait, for each file that is on its way.
    private let queues = Mutex<[Queue: [Waiting]]>([:])

    /// Lines that can share a file.
    private struct Queue: Hashable, Sendable {
        let user: UserID
        let duplicateLinks: String?
    }

    private struct Waiting: Sendable {
        let line: GatheredLine
        let answer: CheckedContinuation<LineAnswer, any Error>
    }

    init(
        mostLines: Int,
        deliver: @escaping @Sendable (GatheredBatch, UserID) async throws -> Awaited<[LineAnswer]>
    ) {
        self.mostLines = mostLines
        self.deliver = deliver
    }

    /// Brings a line into a file of the user, and waits for what becomes of it.
    ///
    /// - Throws: `SystemError`, `StoreError`, `LedgerError`. Whether the line has an effect is
    ///   unknown then.
    package func add(_ line: GatheredLine, for user: UserID) async throws -> LineAnswer {
        let queue = Queue(user: user, duplicateLinks: line.duplicateLinks)
        return try await withCheckedThrowingContinuation { continuation in
            let isFirst = queues.withLock { queues in
                let isFirst = queues[queue] == nil
                queues[queue, default: []].append(Waiting(line: line, answer: continuation))
                return isFirst
            }
            // Not a child of the call: others depend on it.
            if isFirst { Task { await send(from: queue) } }
        }
    }

    /// Sends one file after the other until no line waits.
    private func send(from queue: Queue) async {
        while let lines = next(of: queue) { await send(lines, for: queue.user) }
    }

    /// The lines of the next file; nil if none waits, and then no file is on its way any more.
    private func next(of queue: Queue) -> [Waiting]? {
        queues.withLock { queues in
            guard let waiting = queues[queue], !waiting.isEmpty else {
                queues[queue] = nil
                return nil
            }
            queues[queue] = Array(waiting.dropFirst(mostLines))
            return Array(waiting.prefix(mostLines))
        }
    }

    private func send(_ lines: [Waiting], for user: UserID) async {
        let sorted = FileForm.batch.kinds.flatMap { kind in lines.filter { $0.line.kind == kind } }
        let batch = GatheredBatch(sorted.map(\.line))
        do {
            switch try await deliver(batch, user) {
            case .known(let answers):
                for (waiting, answer) in zip(sorted, answers) {
                    waiting.answer.resume(returning: answer)
                }
            case .withdrawn: for waiting in sorted { waiting.answer.resume(returning: .withdrawn) }
            case .taken: for waiting in sorted { waiting.answer.resume(returning: .taken) }
            }
        } catch {
            for waiting in sorted { waiting.answer.resume(throwing: error) }
        }
    }
}
