import Glibc
import Logging
import Run
import Settings
import Spool

/// The locks of all programs that work with the ledger.
///
/// A program that would go on for minutes ends after what it is doing once it is asked: by a file
/// in `lock` (`RunFiles.stop`), which is there until this has the locks, or gave up. If it stays
/// there because this was killed, runs are short, and the next one removes it.
struct AllLocks {
    private let context: RunContext
    /// How long to wait for programs that run, in seconds.
    private let patience: Int

    private static let programs = ["ingest", "dispatch", "poll", "report"]
    /// Between two tries, in milliseconds: a run of `ingest` that is started again and again for
    /// calls over HTTP leaves gaps of this length.
    private static let pause = 20

    init(_ context: RunContext, patience: Int) {
        self.context = context
        self.patience = patience
    }

    /// Runs `body` while no other program works with the ledger.
    ///
    /// - Throws: `LockError.held` if a program still runs after `patience`; `SystemError`; what
    ///   `body` throws.
    func hold<Value>(_ body: () throws -> Value) async throws -> Value {
        let stop = RunFiles.stop(inSpool: context.settings.spool)
        let descriptor = open(stop, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("cannot make", stop) }
        close(descriptor)
        defer { unlink(stop) }
        var rest = patience * 1_000
        while true {
            do {
                return try await withLocks(of: Self.programs[...], body)
            } catch LockError.held where rest > 0 {
                if rest == patience * 1_000 {
                    context.logger.notice("waiting for the programs that run to end")
                }
                usleep(UInt32(Self.pause) * 1_000)
                rest -= Self.pause
            }
        }
    }

    private func withLocks<Value>(
        of programs: ArraySlice<String>, _ body: () throws -> Value
    ) async throws -> Value {
        guard let program = programs.first else { return try body() }
        let lock = RunFiles(of: program, inSpool: context.settings.spool).lock
        return try await withLock(lock) {
            try await withLocks(of: programs.dropFirst(), body)
        }
    }
}
