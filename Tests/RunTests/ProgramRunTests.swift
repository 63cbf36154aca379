import ArgumentParser
import Failures
import Glibc
import Settings
import TestSupport
import Testing

@testable import Run

private struct Unknown: Error {}
private struct DiskFull: StageFailure { let exitStatus = Failures.ExitStatus.ioFailed }
private struct BooksWrong: StageFailure { let exitStatus = Failures.ExitStatus.booksWrong }

/// A run whose log and summary a test can read.
private struct Rehearsal {
    let folder = TemporaryFolder()
    let log = Pipe()
    let output = Pipe()
    var json = false
    var configurationText: String?

    func perform(_ body: (RunContext) async throws -> Summary) async throws -> Failures.ExitStatus {
        let path = configuration(in: folder)
        if let configurationText { folder.write(configurationText, to: "pipeline.yaml") }
        let run = ProgramRun(
            program: "ingest", configuration: path, locks: true, answersInJSON: json,
            log: LogLines(to: log), output: output.input)
        return try await run.perform(body)
    }
}

@Test func `a run that ends well writes its summary`() async throws {
    let rehearsal = Rehearsal(json: true)
    let status = try await rehearsal.perform { context in
        #expect(context.program == "ingest")
        #expect(context.settings.spool == "\(rehearsal.folder.path)/spool")
        return Summary("ingested", ["files": 3])
    }
    #expect(status == .done)
    #expect(rehearsal.log.text == "2026-11-23T10:00:00Z notice ingest: ingested files=3\n")
    #expect(rehearsal.output.text == "{\"files\":3}\n")
}

@Test func `standard output stays empty unless it is asked for`() async throws {
    let rehearsal = Rehearsal()
    #expect(try await rehearsal.perform { _ in Summary("ingested", [:]) } == .done)
    #expect(rehearsal.output.text.isEmpty)
}

@Test(arguments: [
    (Unknown() as any Error, Failures.ExitStatus.unexpected), (DiskFull(), .ioFailed),
    (BooksWrong(), .booksWrong),
    (LockError.held(path: "x"), .alreadyRunning),
    (LockError.failed(path: "x", code: EIO), .ioFailed),
    (OutputError(code: ENOSPC), .ioFailed),
])
func `an error ends the run with the status of its class`(
    error: any Error, status: Failures.ExitStatus
) async throws {
    let rehearsal = Rehearsal()
    #expect(try await rehearsal.perform { _ in throw error } == status)
}

@Test func `an error is logged as a sentence`() async throws {
    let rehearsal = Rehearsal()
    _ = try await rehearsal.perform { _ in throw LockError.failed(path: "/x", code: EIO) }
    #expect(
        rehearsal.log.text == """
            2026-11-23T10:00:00Z error ingest: the lock /x cannot be taken: the disk failed \
            (Input/output error). Nothing was run; look for its errors in the system's log (dmesg) \
            and run again.

            """)
}

@Test func `an unexpected error says that it is one`() async throws {
    let rehearsal = Rehearsal()
    _ = try await rehearsal.perform { _ in throw Unknown() }
    #expect(
        rehearsal.log.text.hasSuffix(
            """
            ingest: stopped by something unexpected, a fault of the program (Unknown()); \
            everything committed stands; run again, and report this line if it comes back

            """))
}

@Test func `a mistake in the configuration stops the run before its lock is taken`() async throws {
    let rehearsal = Rehearsal(configurationText: "currency: usd\nspol: x")
    let status = try await rehearsal.perform { _ in
        Issue.record("it was run")
        return Summary("ingested", [:])
    }
    #expect(status == .badConfiguration)
    #expect(access("\(rehearsal.folder.path)/spool", F_OK) == -1)
    let lines = rehearsal.log.text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(
        lines.allSatisfy { $0.contains("error ingest: \(rehearsal.folder.path)/pipeline.yaml:") })
}

@Test func `a second run finds the first at work, and says so quietly`() async throws {
    let rehearsal = Rehearsal()
    let status = try await rehearsal.perform { _ in
        let second = try await rehearsal.perform { _ in Summary("ingested", [:]) }
        #expect(second == .alreadyRunning)
        #expect(rehearsal.log.text.contains(" notice ingest: another run holds the lock "))
        return Summary("ingested", [:])
    }
    #expect(status == .done)
}

@Test func `a summary that cannot be written is a failed output`() async throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let folder = TemporaryFolder()
    let log = Pipe()
    let run = ProgramRun(
        program: "ingest", configuration: configuration(in: folder), locks: false,
        answersInJSON: true, log: LogLines(to: log), output: full)
    let status = try await run.perform { _ in Summary("ingested", [:]) }
    #expect(status == .ioFailed)
    #expect(log.text.contains("The run itself is done"))
}

@Test(arguments: [
    (["--verbose", "--quiet"], 64), (["--log-format", "xml"], 64), (["--unknown"], 64),
    (["--help"], 0),
])
func `wrong usage is status 64, and help is no failure`(arguments: [String], status: Int) {
    let error = #expect(throws: (any Error).self) { try StageOptions.parse(arguments) }
    #expect(error.map { StageOptions.exitCode(for: $0) } == ExitCode(Int32(status)))
}

@Test func `a given configuration comes first, then the environment's`() throws {
    unsetenv("SMM_CONFIG")
    #expect(try StageOptions.parse([]).configuration == "config/pipeline.yaml")
    setenv("SMM_CONFIG", "", 1)
    #expect(try StageOptions.parse([]).configuration == "config/pipeline.yaml")
    setenv("SMM_CONFIG", "/etc/pipeline.yaml", 1)
    defer { unsetenv("SMM_CONFIG") }
    #expect(try StageOptions.parse([]).configuration == "/etc/pipeline.yaml")
    #expect(try StageOptions.parse(["--config", "mine.yaml"]).configuration == "mine.yaml")
}

@Test func `a program ends with the status of its run`() async throws {
    let folder = TemporaryFolder()
    let options = try StageOptions.parse(["--quiet", "--config", configuration(in: folder)])
    try await options.run("ingest") { _ in Summary("ingested", [:]) }
    await #expect(throws: ExitCode(70)) {
        try await options.run("ingest") { _ in throw Unknown() }
    }
    await #expect(throws: ValidationError.self) {
        try await options.run("ingest") { _ in throw ValidationError("no such provider") }
    }
}
