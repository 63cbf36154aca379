import ArgumentParser
import Failures
import Glibc
import Logging

/// The options that every program takes (contract.md §1).
package struct StageOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp(
            "The configuration. (default: $SMM_CONFIG, else config/pipeline.yaml)",
            valueName: "file"))
    var givenConfiguration: String?

    @Flag(help: "Log every order and file.")
    var verbose = false

    @Flag(help: "Log warnings and errors only.")
    package var quiet = false

    @Option(help: "How log lines are written.")
    var logFormat: LogFormat = .text

    @Flag(help: "Print the run's summary as one JSON object on standard output.")
    package var json = false

    package init() {}

    package func validate() throws {
        if verbose && quiet { throw ValidationError("--verbose and --quiet exclude each other.") }
    }

    /// The configuration file: the one given, else the one from the environment, else the usual
    /// one. An empty variable counts as not set.
    package var configuration: String {
        let named = getenv("SMM_CONFIG").map { String(cString: $0) } ?? ""
        return givenConfiguration ?? (named.isEmpty ? "config/pipeline.yaml" : named)
    }

    var logLevel: Logger.Level {
        verbose ? .debug : quiet ? .warning : .notice
    }
}

extension LogFormat: ExpressibleByArgument {}

extension StageOptions {
    /// Runs a program under its lock, reports what it did, and ends with the exit status.
    ///
    /// - Parameters:
    ///   - program: the name of the program and of its lock.
    ///   - lock: false for a run that only looks, and may do so while another run works.
    ///   - isolation: the caller's actor.
    ///   - body: the work.
    /// - Throws: `ExitCode`, after the reason has been logged, or the `ValidationError` of `body`
    ///   for wrong usage that only the configuration reveals.
    package func run(
        _ program: String, lock: Bool = true,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary
    ) async throws {
        try await perform(program, locks: lock, body)
    }

    /// Runs a command without a lock and without a summary: one that only looks and prints the
    /// result, or that leaves its work to others.
    package func look(
        _ program: String, isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Void
    ) async throws {
        try await perform(program, locks: false) { context in
            try await body(context)
            return nil
        }
    }

    private func perform(
        _ program: String, locks: Bool, isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary?
    ) async throws {
        // If the reader of a pipe leaves, that write fails, but the program goes on.
        signal(SIGPIPE, SIG_IGN)
        let run = ProgramRun(
            program: program, configuration: configuration, locks: locks, answersInJSON: json,
            log: LogLines(program: program, format: logFormat, level: logLevel))
        let status = try await run.perform(body)
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
