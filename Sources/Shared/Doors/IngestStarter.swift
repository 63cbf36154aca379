import Failures
import Glibc
import Logging
import Run
import Settings

/// The `ingest` that a serving program starts for the calls that wait.
package struct IngestProgram: Sendable {
    /// The path of the program.
    let path: String
    let arguments: [String]

    /// The `ingest` beside the program that is running.
    ///
    /// - Parameters:
    ///   - configuration: the path of the configuration.
    ///   - linger: for how many seconds without a drop it goes on.
    package init(configuration: String, linger: Int) {
        self.init(
            at: "\(Self.ownFolder)/ingest",
            ["--config", configuration, "--quiet", "--linger", "\(linger)"])
    }

    package init(at path: String, _ arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    private static var ownFolder: String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &path, path.count - 1))
        let program = String(
            decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let slash = program.lastIndex(of: "/") else { return "." }
        return String(program[..<slash])
    }
}

/// Makes sure that an `ingest` runs while somebody waits for a receipt.
///
/// It is asked every 100 ms as long as anybody waits, so no wake-up is lost: a run that ended just
/// before a file was dropped is followed by another. A second one ends by itself with 75, which does
/// no harm.
struct IngestStarter {
    private let program: IngestProgram
    private let context: RunContext
    private var child: pid_t?
    /// Before this nothing is started, because the last one failed.
    private var patience: ContinuousClock.Instant?

    /// How long to wait after a run that could not work.
    private static let pause = Duration.seconds(1)

    init(_ program: IngestProgram, _ context: RunContext) {
        self.program = program
        self.context = context
    }

    /// Starts a run if none is there.
    mutating func ensure() {
        reap()
        if child != nil { return }
        if let patience, patience > .now { return }
        let spool = context.settings.spool
        if LockHolder.process(running: "ingest", inSpool: spool) == nil { start() }
    }

    /// Takes note of the end of the run that was started.
    mutating func reap() {
        guard let pid = child else { return }
        var ending: Int32 = 0
        guard waitpid(pid, &ending, WNOHANG) != 0 else { return }
        child = nil
        let status = ending & 0x7f == 0 ? (ending >> 8) & 0xff : 128 + (ending & 0x7f)
        let isHarmless =
            status == ExitStatus.done.rawValue || status == ExitStatus.alreadyRunning.rawValue
        patience = isHarmless ? nil : .now + Self.pause
        guard !isHarmless else { return }
        context.logger.error(
            "ingest ended, and calls wait for it; its own log says why",
            metadata: ["status": "\(status)"])
    }

    private mutating func start() {
        var words = ([program.path] + program.arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, program.path, nil, nil, &words, environ)
        guard code == 0 else {
            patience = .now + Self.pause
            return context.logger.error(
                "ingest cannot be started, and calls wait for it",
                metadata: ["program": "\(program.path)", "reason": "\(SystemWords(code).cause)"])
        }
        child = pid
    }
}
