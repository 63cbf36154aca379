import Glibc
import TestSupport
import Testing
import Timestamps

@testable import Spool

@Suite struct CopyingTests {
    let tray: Tray
    /// The SHA-256 of `abc`, from FIPS 180-4.
    static let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    init() throws {
        tray = try Tray()
    }

    @Test func `a copied file is synced under its digest, and the original stays`() throws {
        tray.drop("abc", as: "a.json")
        let file = try tray.copied("a.json")
        #expect(file.digest == Self.digest && file.bytes == 3)
        #expect(file.name == FileName("a.json") && file.dropper == tray.acme)
        #expect(text(file.path) == "abc")
        #expect(try tray.names("work") == [Self.digest])
        #expect(try tray.names("inbox") == ["a.json"])
        #expect(try tray.names("tmp") == [])
    }

    @Test func `a file larger than the read buffer is copied whole`() throws {
        let long = String(repeating: "0123456789", count: 60_000)
        tray.drop(long, as: "a.json")
        let file = try tray.copied("a.json")
        #expect(file.bytes == 600_000)
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_size == 600_000)
    }

    @Test(arguments: ["grown", "rewritten", "replaced", "removed", "symlink", "FIFO"])
    func `a file that changes after we looked at it is left for the next run`(
        how: String
    ) throws {
        tray.drop("abc", as: "a.json")
        tray.touch("a.json", at: 1_000)
        let candidate = try tray.candidate(FileName("a.json"))
        switch how {
        case "grown": tray.drop("abcdef", as: "a.json")
        case "rewritten": tray.drop("xyz", as: "a.json")
        case "replaced":
            tray.drop("abc", as: "b")
            tray.touch("b", at: 1_000)
            #expect(rename(tray.path("b"), tray.path("a.json")) == 0)
        default:
            unlink(tray.path("a.json"))
            if how == "symlink" { #expect(symlink("/etc/passwd", tray.path("a.json")) == 0) }
            if how == "FIFO" { #expect(mkfifo(tray.path("a.json"), 0o600) == 0) }
        }
        var copying = try Copying(tray.spool)
        #expect(try copying.copy(candidate, from: tray.inbox) == .changed)
        #expect(try copying.finish().files.isEmpty)
        #expect(try tray.names("tmp") == [] && tray.names("work") == [])
        #expect(try tray.names("inbox") == (how == "removed" ? [] : ["a.json"]))
    }

    @Test func `the same bytes under two names wait for each other`() throws {
        tray.drop("abc", as: "a.json")
        tray.drop("abc", as: "b.json")
        var copying = try Copying(tray.spool)
        let (a, b) = (
            try tray.candidate(FileName("a.json")), try tray.candidate(FileName("b.json"))
        )
        #expect(try copying.copy(a, from: tray.inbox) == .copied)
        #expect(try copying.copy(b, from: tray.inbox) == .twin)
        #expect(try copying.finish().files.map(\.name.description) == ["a.json"])
        #expect(try tray.names("tmp") == [])
    }

    @Test(arguments: ["kept in memory", "longer than the buffer"])
    func `a file that ends early leaves nothing but its original`(how: String) throws {
        let bytes = how == "kept in memory" ? 1_000 : 1_000_000
        tray.drop(String(repeating: " ", count: bytes), as: "a.json")
        let judgement = try tray.inbox.judge(
            FileName("a.json"), Stillness(whole: 0, incomplete: .max),
            now: Timestamp(milliseconds: .max / 2))
        guard case .take(let young) = try #require(judgement) else { return }
        var copying = try Copying(tray.spool)
        let outcome = try copying.copy(young, from: tray.inbox) { copy in
            switch copy {
            case .kept(let kept): kept.count == bytes
            case .file(let path): text(path)?.isEmpty == false
            }
        }
        #expect(outcome == .incomplete)
        // A file left alone for long enough is taken as it is.
        let old = try tray.candidate(FileName("a.json"))
        #expect(try copying.copy(old, from: tray.inbox) { _ in true } == .copied)
        #expect(try copying.finish().files.map(\.bytes) == [Int64(bytes)])
        #expect(try tray.names("tmp") == [])
        #expect(try tray.names("inbox") == ["a.json"])
    }

    @Test func `a copy left by a dead run is found by its digest`() throws {
        tray.drop("abc", as: "a.json")
        _ = try tray.copied("a.json")
        let next = try Spool.open(at: tray.spool.root, program: "ingest")
        #expect(try next.droppersWithLeftovers() == [tray.acme])
        let left = try next.leftovers(of: tray.acme)
        #expect(left.map(\.digest) == [Self.digest] && left.map(\.bytes) == [3])
        #expect(left[0].isLeftover)
        #expect(
            try next.finish([
                FinishedFile(left[0], as: left[0].name, to: .archive(receivedAt: tray.day))
            ]).isEmpty)
        #expect(try tray.names("archive") == ["\(Self.digest)-\(Self.digest).json"])
        #expect(try tray.names("inbox") == ["a.json"], "whose original it was is not known")
        #expect(try next.leftovers(of: .desk).isEmpty)
    }

    @Test func `a file copied again replaces the copy that was left`() throws {
        tray.drop("abc", as: "a.json")
        _ = try tray.copied("a.json")
        _ = try tray.copied("a.json")
        #expect(try tray.names("work") == [Self.digest])
        #expect(try tray.taken(FileName("a.json")) == ["\(Self.digest)-a.json"])
        #expect(try tray.names("work") == [])
    }
}

@Suite struct FinishingTests {
    let tray: Tray

    init() throws {
        tray = try Tray()
    }

    @Test func `a finished file is in the archive of its day, and nowhere else`() throws {
        tray.drop("abc", as: "a.json")
        #expect(try tray.taken(FileName("a.json")) == ["\(CopyingTests.digest)-a.json"])
        #expect(
            tray.spool.archive(of: tray.acme, at: tray.day).hasSuffix("archive/2026-11-23/acme"))
        #expect(try tray.names("inbox") == [] && tray.names("work") == [])
    }

    @Test(arguments: ["a\nb.json", "Żółć.json", String(repeating: "é", count: 120) + ".json"])
    func `every file gets a safe name that fits in the archive`(name: String) throws {
        tray.drop("abc", as: name)
        let kept = try tray.taken(FileName(name))[0]
        #expect(kept == "\(CopyingTests.digest)-\(FileName(name).safe)")
        #expect(!kept.contains("\n") && kept.utf8.count <= 255 - ".reason.json".utf8.count)
        #expect(try tray.names("inbox") == [])
    }

    @Test func `a name of 255 bytes leaves room for its reason in quarantine`() throws {
        let name = FileName(String(repeating: "n", count: 250) + ".json")
        tray.drop("abc", as: name)
        let file = try tray.copied(name)
        try tray.finish(file, to: .quarantine)
        let place = tray.spool.reasonFile(digest: file.digest, name, of: tray.acme)
        #expect(place.directory == tray.spool.quarantine(of: tray.acme))
        #expect(place.name.utf8.count <= 255)
        #expect(try tray.names("quarantine").map { "\($0).reason.json" } == [place.name])
    }

    @Test func `an original that was replaced is a new file, and stays`() throws {
        tray.drop("abc", as: "a.json")
        tray.drop("abc again", as: "b.json")
        let file = try tray.copied("a.json")
        #expect(rename(tray.path("b.json"), tray.path("a.json")) == 0)
        try tray.finish(file, to: .archive(receivedAt: tray.day))
        #expect(text(tray.path("a.json")) == "abc again")
        #expect(try tray.names("archive") == ["\(CopyingTests.digest)-a.json"])
    }

    @Test func `an original that is already gone is no failure`() throws {
        tray.drop("abc", as: "a.json")
        let file = try tray.copied("a.json")
        unlink(tray.path("a.json"))
        try tray.finish(file, to: .archive(receivedAt: tray.day))
        #expect(try tray.names("archive").count == 1)
    }
}
