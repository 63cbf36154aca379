import Glibc
import TestHouse
import TestSupport
import Testing

/// A run that lingers has the orders sent that it took.
@Suite struct LingerDispatchTests {
    private let works = Works()
    private let sandbox: SandboxProcess

    init() throws {
        sandbox = try works.start("alpha", "--speed 0")
        try works.configure([.unpaused("alpha", url: sandbox.url)])
        try works.desk(
            """
            "users": [{"user": "acme"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "A", "amount": "100"}]
            """)
        try works.done("ingest", "poll catalogue")
    }

    private func order(_ link: String) throws {
        try works.drop(
            #""orders": [{"ref": "\#(link)", "service": 101, "link": "\#(link)", "quantity": 900}]"#
        )
    }

    @Test func `orders are sent at once, and those that come meanwhile after them`() throws {
        let run = try RunningProgram(works, "ingest --linger 60")
        try order("first")
        #expect(try eventually { try sandbox.order(for: "first") != nil })
        try order("second")
        try order("third")
        #expect(try eventually { try sandbox.order(for: "third") != nil })
        #expect(try sandbox.order(for: "second") != nil)
        kill(run.process, SIGTERM)
        #expect(run.waitForEnd() == 0)
        #expect(!run.text.contains("warning"))
    }

    @Test func `a dispatch that is there already is followed by another`() throws {
        let lock = open("\(works.spool)/lock/dispatch.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let run = try RunningProgram(works, "ingest --linger 600")
        try order("first")
        #expect(eventually { !works.entries("resellers/acme/outbox").isEmpty })
        usleep(1_500_000)
        #expect(try sandbox.order(for: "first") == nil)
        close(lock)
        #expect(try eventually { try sandbox.order(for: "first") != nil })
        #expect(run.end() == nil)
    }

    @Test func `the child outlives its parent`() throws {
        let run = try RunningProgram(works, "ingest --linger 0")
        try order("first")
        _ = run.waitForEnd()
        // Whether the order came before or after that run looked.
        #expect(try RunningProgram(works, "ingest --linger 0").waitForEnd() == 0)
        #expect(try eventually { try sandbox.order(for: "first") != nil })
    }

    @Test func `orders wait for cron if that is wanted`() throws {
        let run = try RunningProgram(works, "ingest --linger 2 --no-dispatch")
        try order("first")
        #expect(run.waitForEnd() == 0)
        #expect(try works.states() == ["accepted|1"])
    }

    @Test func `a dispatch that fails is told, and nothing is lost`() throws {
        let run = try RunningProgram(works, "ingest --linger 60") { "SANDBOX_KEY= exec \($0)" }
        try order("first")
        #expect(eventually { run.text.contains("dispatch failed; its own log says why") })
        kill(run.process, SIGTERM)
        #expect(run.waitForEnd() == 0)
        #expect(try works.states() == ["accepted|1"])
    }
}
