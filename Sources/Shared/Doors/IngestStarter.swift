import Failures
import Logging
import Run
import Settings

/// Makes sure that an `ingest` runs while somebody waits for a receipt.
///
/// It is asked every 100 ms as long as anybody waits, so no wake-up is lost: a run that ended just
/// before a file was dropped is followed by another. A second one ends by itself with 75, which
/// does no harm.
struct IngestStarter {
    /// What `ingest` is started with.
    private let arguments: [String]
    private let context: RunContext
    private var child: ChildProgram?
    /// Before this nothing is started, because the last one failed.
    private var patience: ContinuousClock.Instant?

    /// How long to wait after a run that could not work.
    private static let pause = Duration.seconds(1)

    init(_ arguments: [String], _ context: RunContext) {
        self.arguments = arguments
        self.context = context
    }

    /// Starts a run if none is there.
    mutating func ensure() {
        reap()
        if child != nil { return }
        if let patience, patience > .now { return }
        let spool = context.settings.spool
        guard LockHolder.process(running: "ingest", inSpool: spool) == nil else { return }
        child = ChildProgram.start("ingest", arguments)
        guard child == nil else { return }
        patience = .now + Self.pause
        context.logger.error(
            "ingest cannot be started, and calls wait for it; is it beside this program?")
    }

    /// Notices that the run that was started has ended.
    mutating func reap() {
        guard let status = child?.exitStatus() else { return }
        child = nil
        let isHarmless =
            status == ExitStatus.done.rawValue || status == ExitStatus.alreadyRunning.rawValue
        patience = isHarmless ? nil : .now + Self.pause
        if isHarmless { return }
        context.logger.error(
            "ingest ended, and calls wait for it; its own log says why",
            metadata: ["status": "\(status)"])
    }
}
