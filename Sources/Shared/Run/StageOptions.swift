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

    /// The configuration's file: as given, else as the environment says, else the usual one. A variable
    /// that is empty says nothing.
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
    /// Runs a program under its lock, tells what it did, and ends with the status that says so.
    ///
    /// - Parameters:
    ///   - program: the program's name, and its lock's.
    ///   - lock: false for what only looks, and may look while another run works.
    ///   - body: the run itself.
    /// - Throws: `ExitCode`, once the reason has been logged, or the `ValidationError` of `body`,
    ///   for usage that only the configuration can show to be wrong.
    package func run(
        _ program: String, lock: Bool = true,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (RunContext) async throws -> Summary
    ) async throws {
        try await perform(program, locks: lock, body)
    }

    /// Runs what only looks and prints what it found, or leaves its work to others: without a lock,
    /// and without a summary.
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
        // A reader who leaves is an error of that write, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        let run = ProgramRun(
            program: program, configuration: configuration, locks: locks, answersInJSON: json,
            log: LogLines(program: program, format: logFormat, level: logLevel))
        let status = try await run.perform(body)
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
