import Failures
import Glibc
import TestSupport
import Testing

@testable import Run

private struct DiskFull: StageFailure, CustomStringConvertible {
    let exitStatus = Failures.ExitStatus.ioFailed
    let description = "the disk is full"
}

@Suite struct LastRunTests {
    let folder = TemporaryFolder()
    let log = Pipe()
    var spool: String { "\(folder.path)/spool" }

    private func perform(
        locks: Bool = true, _ body: (RunContext) async throws -> Summary?
    ) async throws {
        let run = ProgramRun(
            program: "ingest", configuration: configuration(in: folder), locks: locks,
            answersInJSON: false, log: LogLines(to: log))
        _ = try await run.perform(body)
    }

    @Test func `a run leaves its summary beside its lock`() async throws {
        #expect(LastRun.read(of: "ingest", inSpool: spool) == nil)
        try await perform { _ in Summary("ingested", ["files": 3]) }
        let last = try #require(LastRun.read(of: "ingest", inSpool: spool))
        #expect(last.status == 0)
        #expect(last.text == "ingested files=3")
    }

    @Test func `a run that failed leaves its status and the reason`() async throws {
        try await perform { _ in throw DiskFull() }
        let last = try #require(LastRun.read(of: "ingest", inSpool: spool))
        #expect(last.status == 74)
        #expect(last.text == "the disk is full")
    }

    @Test func `a run that found another at work leaves its last run alone`() async throws {
        try await perform { _ in Summary("ingested", ["files": 3]) }
        try await perform { _ in
            try await perform { _ in Summary("ingested", ["files": 4]) }
            #expect(LastRun.read(of: "ingest", inSpool: spool)?.text == "ingested files=3")
            return Summary("ingested", ["files": 5])
        }
        #expect(LastRun.read(of: "ingest", inSpool: spool)?.text == "ingested files=5")
    }

    @Test func `a look leaves no last run and no summary`() async throws {
        try await perform(locks: false) { _ in nil }
        #expect(LastRun.read(of: "ingest", inSpool: spool) == nil)
        #expect(log.text.isEmpty)
    }

    @Test(arguments: ["", "{", #"{"ended_at": 3}"#, #"{"ended_at":"x","status":0,"text":""}"#])
    func `a last run that cannot be read counts as none`(text: String) {
        folder.write(text, to: "spool/lock/ingest.last")
        #expect(LastRun.read(of: "ingest", inSpool: spool) == nil)
    }
}
