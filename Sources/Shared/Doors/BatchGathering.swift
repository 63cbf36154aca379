import BatchFiles
import Ledger
import Synchronization

/// Puts the lines of calls into files (doors.md §1, rule 3).
///
/// While one file of a user is on its way, that user's next lines gather into the next file. So a
/// single call goes at once, and many share a file, its syncs and its commit. Each file has a batch
/// of its own, so the same line a week later is a new line.
package final class BatchGathering: Sendable {
    private let duplicateLinks: String?
    /// Drops a file and waits for what becomes of its lines.
    private let deliver: @Sendable (GatheredBatch, UserID) async throws -> Awaited<[LineAnswer]>
    /// The lines that wait, of each user who has a file on its way.
    private let users = Mutex<[UserID: [Waiting]]>([:])

    /// The most lines in one file: what waits behind them goes into the next.
    package static let mostLines = 500

    private struct Waiting: Sendable {
        let line: DoorLine
        let answer: CheckedContinuation<LineAnswer, any Error>
    }

    init(
        duplicateLinks: String?,
        deliver: @escaping @Sendable (GatheredBatch, UserID) async throws -> Awaited<[LineAnswer]>
    ) {
        self.duplicateLinks = duplicateLinks
        self.deliver = deliver
    }

    /// Brings a line into a file of the user, and waits for what becomes of it.
    ///
    /// - Throws: `SystemError`, `StoreError`, `LedgerError`. Whether the line has an effect is
    ///   unknown then.
    package func add(_ line: DoorLine, for user: UserID) async throws -> LineAnswer {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = users.withLock { users in
                let isFirst = users[user] == nil
                users[user, default: []].append(Waiting(line: line, answer: continuation))
                return isFirst
            }
            // Not a child of the call: others depend on it.
            if isFirst { Task { await send(for: user) } }
        }
    }

    /// Sends one file after the other until no line of the user waits.
    private func send(for user: UserID) async {
        while let lines = next(of: user) { await send(lines, for: user) }
    }

    /// The lines of the next file; nil if none waits, and then no file is on its way any more.
    private func next(of user: UserID) -> [Waiting]? {
        users.withLock { users in
            guard let waiting = users[user], !waiting.isEmpty else {
                users[user] = nil
                return nil
            }
            users[user] = Array(waiting.dropFirst(Self.mostLines))
            return Array(waiting.prefix(Self.mostLines))
        }
    }

    private func send(_ lines: [Waiting], for user: UserID) async {
        let sorted = FileForm.batch.kinds.flatMap { kind in lines.filter { $0.line.kind == kind } }
        let batch = GatheredBatch(sorted.map(\.line), duplicateLinks: duplicateLinks)
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
