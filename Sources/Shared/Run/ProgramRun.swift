import ArgumentParser
import Failures
import Glibc
import Logging
import Settings

/// One run of a program: settings, lock, work, summary; and the one place that turns errors into
/// exit statuses.
struct ProgramRun {
    let program: String
    /// The configuration's file.
    let configuration: String
    /// Whether the run needs its program's lock.
    let locks: Bool
    /// Whether the summary is wanted on standard output too.
    let answersInJSON: Bool
    let log: LogLines
    /// Standard output.
    var output: Int32 = STDOUT_FILENO

    /// Runs `body`; whatever goes wrong is logged and becomes a status.
    ///
    /// - Throws: the `ValidationError` of `body`.
    func perform(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary
    ) async throws(ValidationError) -> ExitStatus {
        do {
            let settings = try Settings.load(from: configuration)
            let context = RunContext(
                program: program, settings: settings,
                logger: Logger(label: program) { _ in LineLog(lines: log) },
                progress: Progress(program: program, descriptor: log.progressDescriptor))
            try tell(try await locked(context, body))
            return .done
        } catch let error as ValidationError {
            throw error
        } catch {
            let status = Self.status(of: error)
            // Overlapping runs are ordinary, and cron mails what is logged.
            let level: Logger.Level = status == .alreadyRunning ? .notice : .error
            let prefix = status == .unexpected ? "stopped by something unexpected: " : ""
            for line in "\(prefix)\(error)".split(separator: "\n") {
                log.write(level, String(line))
            }
            return status
        }
    }

    private func locked(
        _ context: RunContext,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary
    ) async throws -> Summary {
        defer { context.progress.erase() }
        guard locks else { return try await body(context) }
        return try await withLock("\(context.settings.spool)/lock/\(program).lock") {
            try await body(context)
        }
    }

    private func tell(_ summary: Summary) throws(OutputError) {
        log.write(.notice, summary.verb, summary.fields)
        if answersInJSON { try write(summary.json, to: output) }
    }

    private static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is SettingsError: .badConfiguration
        case let failure as any StageFailure: failure.exitStatus
        default: .unexpected
        }
    }
}
