import Failures
import Logging
import Run

/// Starts `dispatch` for orders that were just taken, so that they need not wait for cron.
///
/// One run at a time: orders that come meanwhile are sent by the next one. Nobody waits for a run,
/// not even at the end.
final class Dispatching {
    private let arguments: [String]
    private let logger: Logger
    private var child: ChildProgram?
    /// Whether orders came since the last run began.
    private var isWanted = false
    private var notBefore = ContinuousClock.now

    /// Between the beginnings of two runs: each costs more than a commit does.
    private static let pause = Duration.seconds(1)
    /// After a run that failed: what it needs is a person.
    private static let pauseAfterFailure = Duration.seconds(60)
    /// Between two looks at whether a run has ended.
    private static let look = Duration.milliseconds(100)

    /// - Parameters:
    ///   - arguments: those of `dispatch`.
    ///   - logger: where failures are told.
    init(_ arguments: [String], _ logger: Logger) {
        self.arguments = arguments
        self.logger = logger
    }

    /// When to call `goOn` again; nil if only new orders need it.
    var wait: Duration? {
        if child != nil { return Self.look }
        return isWanted ? ContinuousClock.now.duration(to: notBefore) : nil
    }

    func ordersCame() {
        isWanted = true
        goOn()
    }

    /// Starts a run if orders wait for one, and none is there.
    func goOn() {
        noteEnd()
        if isWanted, child == nil, notBefore <= .now { start() }
    }

    /// Starts the last run, which goes on when this program has ended.
    func end() {
        noteEnd()
        if isWanted, child == nil { start() }
    }

    private func start() {
        isWanted = false
        notBefore = .now + Self.pause
        child = ChildProgram.start("dispatch", arguments)
        guard child == nil else { return }
        notBefore = .now + Self.pauseAfterFailure
        logger.warning(
            "dispatch cannot be started: it is not beside ingest; cron's run sends the orders")
    }

    private func noteEnd() {
        guard let status = child?.exitStatus() else { return }
        child = nil
        switch status {
        case ExitStatus.done.rawValue: break
        // Another run was there, which may have looked before these orders came.
        case ExitStatus.alreadyRunning.rawValue: isWanted = true
        default:
            notBefore = .now + Self.pauseAfterFailure
            logger.warning(
                "dispatch failed; its own log says why", metadata: ["status": "\(status)"])
        }
    }
}
