import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite struct HeldEntryTests {
    let tray: Tray

    init() throws {
        tray = try Tray()
    }

    private func passage() throws -> Passage {
        var works = TouchedDirectories()
        return Passage(
            inbox: tray.inbox.directory, work: try works.at(tray.spool.work(of: tray.acme)))
    }

    /// Replaces a file by another of equal size and time, as its owner might at any moment.
    private func replace(_ name: String, by text: String) {
        tray.drop(text, as: "new")
        tray.touch("new", at: 1_000)
        #expect(rename(tray.path("new"), tray.path(name)) == 0)
    }

    /// Makes an entry that can never be a batch.
    private func put(_ kind: String, as name: String) {
        switch kind {
        case "symlink": #expect(symlink("/etc/passwd", tray.path(name)) == 0)
        case "FIFO": #expect(mkfifo(tray.path(name), 0o600) == 0)
        case "hard link":
            tray.drop("old", as: name)
            #expect(link(tray.path(name), tray.path("other")) == 0)
        default: tray.drop("", as: name)
        }
    }

    static let kinds = ["symlink", "FIFO", "hard link", "empty file"]

    @Test func `a held entry lies in work under its name, and is no copy`() throws {
        tray.drop("old", as: "a.json")
        let held = try #require(
            try tray.spool.hold(try tray.candidate(FileName("a.json")), from: tray.inbox))
        #expect(try tray.names("inbox") == [] && tray.names("work") == ["a.json"])
        #expect(try held.isUnchanged())
        #expect(try tray.spool.leftovers(of: tray.acme).isEmpty)
    }

    @Test func `a file that arrives after our last look is put back, not removed`() throws {
        tray.drop("old", as: "a.json")
        tray.touch("a.json", at: 1_000)
        let candidate = try tray.candidate(FileName("a.json"))
        replace("a.json", by: "new")
        #expect(try passage().move(candidate.name, candidate.identity) == nil)
        #expect(text(tray.path("a.json")) == "new")
        #expect(try tray.names("inbox") == ["a.json"] && tray.names("work") == [])
    }

    @Test(arguments: kinds)
    func `a file that arrives after our last look is not quarantined`(kind: String) throws {
        put(kind, as: "a.json")
        let entry = try tray.judged("a.json")
        replace("a.json", by: "new")
        #expect(try passage().move(entry.name, entry.identity) == nil)
        #expect(text(tray.path("a.json")) == "new" && access(tray.path("a.json"), F_OK) == 0)
        #expect(try tray.names("work") == [])
    }

    @Test(arguments: kinds)
    func `a file that was replaced is not even moved`(kind: String) throws {
        put(kind, as: "a.json")
        let entry = try tray.judged("a.json")
        replace("a.json", by: "new")
        let before = try tray.inbox.directory.status(of: FileName("a.json")).map(FileIdentity.init)
        #expect(try tray.spool.hold(entry, from: tray.inbox) == nil)
        let after = try tray.inbox.directory.status(of: FileName("a.json")).map(FileIdentity.init)
        #expect(before == after)
    }

    @Test func `a file rewritten in place stays, even with equal size and time`()
        throws
    {
        tray.drop("old", as: "a.json")
        tray.touch("a.json", at: 1_000)
        let file = try tray.copied("a.json")
        tray.drop("new", as: "a.json")
        tray.touch("a.json", at: 1_000)
        try tray.finish(file, to: .archive(receivedAt: tray.day))
        #expect(text(tray.path("a.json")) == "new")
    }

    @Test func `a file that is put back replaces no newer file`() throws {
        for text in ["first", "second", "third"] {
            tray.drop(text, as: "a.json")
            let held = try tray.spool.hold(
                try tray.candidate(FileName("a.json")), from: tray.inbox)
            if text != "third" { tray.drop("\(text) newer", as: "a.json") }
            try #require(held).putBack()
        }
        #expect(try tray.names("inbox") == ["a.json", "a~2.json", "a~3.json"])
        #expect(try tray.names("work") == [])
    }

    @Test func `a file that is gone is not held`() throws {
        tray.drop("old", as: "a.json")
        let candidate = try tray.candidate(FileName("a.json"))
        unlink(tray.path("a.json"))
        #expect(try tray.spool.hold(candidate, from: tray.inbox) == nil)
        #expect(try passage().move(candidate.name, candidate.identity) == nil)
    }

    @Test func `an entry held by a dead run is put back, and taken next`() throws {
        tray.drop("old", as: "a.json")
        _ = try tray.spool.hold(try tray.candidate(FileName("a.json")), from: tray.inbox)
        let next = try Spool.open(at: tray.spool.root, program: "ingest")
        #expect(try next.droppersWithLeftovers() == [tray.acme])
        try next.putBackHeld(of: tray.acme)
        #expect(try tray.names("inbox") == ["a.json"] && tray.names("work") == [])
        #expect(try tray.taken(FileName("a.json")).count == 1)
    }

    @Test func `an entry held by a dead run comes back though its inbox is gone`() throws {
        tray.drop("old", as: "a.json")
        _ = try tray.spool.hold(try tray.candidate(FileName("a.json")), from: tray.inbox)
        #expect(rmdir(tray.spool.inbox(of: tray.acme)) == 0)
        try tray.spool.putBackHeld(of: tray.acme)
        #expect(text(tray.path("a.json")) == "old")
    }

    @Test func `an entry that could not be put back is never replaced`() throws {
        tray.drop("old", as: "a.json")
        _ = try tray.spool.hold(try tray.candidate(FileName("a.json")), from: tray.inbox)
        tray.drop("new", as: "a.json")
        let candidate = try tray.candidate(FileName("a.json"))
        let error = try #require(throws: SystemError.self) {
            try tray.spool.hold(candidate, from: tray.inbox)
        }
        #expect(error.isObstacle)
        #expect(text("\(tray.spool.work(of: tray.acme))/a.json") == "old")
        #expect(text(tray.path("a.json")) == "new")
    }

    @Test func `a held file that is still being written is put back`() throws {
        tray.drop("", as: "a.json")
        let writer = open(tray.path("a.json"), O_WRONLY)
        defer { close(writer) }
        let held = try #require(
            try tray.spool.hold(try tray.judged("a.json"), from: tray.inbox))
        #expect(write(writer, "late", 4) == 4)
        try tray.spool.quarantine(held, digest: Spool.digestOfNothing)
        #expect(try tray.names("quarantine") == [] && tray.names("work") == [])
        #expect(text(tray.path("a.json")) == "late")
    }
}
