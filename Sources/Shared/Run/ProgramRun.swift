import ArgumentParser
import Failures
import Glibc
import Logging
import Settings
import Timestamps

/// One run of a program: settings, lock, work, summary. This is the one place that turns errors
/// into exit statuses.
struct ProgramRun {
    let program: String
    /// The configuration's file.
    let configuration: String
    /// Whether the run needs its program's lock.
    let locks: Bool
    /// Whether to write the summary to standard output too.
    let answersInJSON: Bool
    let log: LogLines
    /// Standard output.
    var output: Int32 = STDOUT_FILENO

    /// Runs `body`. It logs every error and turns it into a status. If `body` returns nil there is
    /// no summary to write.
    ///
    /// - Parameters:
    ///   - isolation: the caller's actor.
    ///   - body: the work.
    /// - Returns: the exit status.
    /// - Throws: the `ValidationError` of `body`.
    func perform(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary?
    ) async throws(ValidationError) -> ExitStatus {
        do {
            let settings = try Settings.load(from: configuration)
            let context = RunContext(
                program: program, settings: settings,
                logger: Logger(label: program) { _ in LineLog(lines: log) },
                progress: ProgressLine(program: program, descriptor: log.progressDescriptor))
            if let owner = try Ownership.assume(
                spool: settings.spool, reports: settings.reports.directory)
            {
                context.logger.notice(
                    "root runs as the owner of the spool", metadata: ["user": "\(owner)"])
            }
            if let summary = try await locked(context, body) { try tell(summary) }
            return .done
        } catch let error as ValidationError {
            throw error
        } catch {
            let status = Self.status(of: error)
            // Overlapping runs are normal, and cron mails every error.
            let level: Logger.Level = status == .alreadyRunning ? .notice : .error
            for line in Self.words(for: error).split(separator: "\n") {
                log.write(level, String(line))
            }
            return status
        }
    }

    private func locked(
        _ context: RunContext,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary?
    ) async throws -> Summary? {
        defer { context.progress.erase() }
        guard locks else { return try await body(context) }
        let files = RunFiles(of: program, inSpool: context.settings.spool)
        return try await withLock(files.lock) {
            do {
                let summary = try await body(context)
                keep(.done, summary.map { log.text($0.verb, $0.fields) } ?? "", context)
                return summary
            } catch let error as ValidationError {
                throw error
            } catch {
                keep(Self.status(of: error), Self.words(for: error), context)
                throw error
            }
        }
    }

    private func keep(_ status: ExitStatus, _ text: String, _ context: RunContext) {
        LastRun(endedAt: context.clock.now(), status: status, text: text)
            .keep(of: program, inSpool: context.settings.spool)
    }

    private func tell(_ summary: Summary) throws(OutputError) {
        log.write(.notice, summary.verb, summary.fields)
        if answersInJSON { try write(summary.json, to: output) }
    }

    /// An error in words for a person. An error that knows its exit status describes itself.
    private static func words(for error: any Error) -> String {
        if error is SettingsError || error is any StageFailure { return "\(error)" }
        return """
            stopped by something unexpected, a fault of the program (\(error)); everything \
            committed stands; run again, and report this line if it comes back
            """
    }

    private static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is SettingsError: .badConfiguration
        case let failure as any StageFailure: failure.exitStatus
        default: .unexpected
        }
    }
}
