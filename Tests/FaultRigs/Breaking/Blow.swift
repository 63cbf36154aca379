import TestSupport

/// What happens to a program at one of its system calls.
struct Blow: Sendable, CustomStringConvertible {
    let point: KillPoint
    let effect: Effect
    /// If there are any, calls count only that touch one of these paths.
    var paths: [String] = []

    enum Effect: Equatable, Sendable {
        /// SIGKILL, right before the call.
        case kill
        /// SIGSTOP, there: the program stands still until something continues it.
        case stop
        /// The call fails with this error: this once, or it and all of its name that follow.
        case failure(String, isLasting: Bool)
    }

    var description: String {
        switch effect {
        case .kill: "killed at \(point)"
        case .stop: "stopped at \(point)"
        case .failure(let error, false): "\(error) at \(point)"
        case .failure(let error, true): "\(error) from \(point) on"
        }
    }

    /// The command that runs `command` and strikes it.
    func striking(_ command: String) -> String {
        switch effect {
        case .kill: point.striking(command, "signal=KILL", at: paths)
        case .stop: point.striking(command, "signal=STOP", at: paths)
        case .failure(let error, let isLasting):
            point.striking(command, "error=\(error)", isLasting: isLasting, at: paths)
        }
    }
}
