import Glibc
import TestSupport
import Testing
import Timestamps

@testable import Spool

@Suite struct InboxTests {
    let tray: Tray

    init() throws {
        tray = try Tray()
    }

    @Test(arguments: [
        ("orders.json", true), ("x.json", true), ("..json", false), (".json", false),
        (".orders.json", false), ("orders.json.part", false), ("orders.json.tmp", false),
        ("orders.json.filepart", false), ("orders.json.partial", false), ("orders.json~", false),
        ("orders.JSON", true), ("A.Json", true), (".JSON", false), ("orders.json.PART", false),
        ("orders", false), ("x.json.txt", false), ("x.json ", false), ("a\nb.json", true),
        ("Żółć ✓.json", true),
        (String(repeating: "n", count: 250) + ".json", true),
    ])
    func `a name says whether it is meant for us`(name: String, isForUs: Bool) throws {
        tray.drop("{}", as: name)
        #expect(try tray.inbox.list().names == (isForUs ? [FileName(name)] : []))
    }

    @Test(arguments: [
        ("x.json.txt", true), ("orders", true), ("x.json ", true), ("x.csv", true),
        ("x.json.part", false), ("x.json.TMP", false), ("x.filepart", false),
        ("x.json.partial", false), ("x.json~", false), (".x.json", false), ("x.json", false),
    ])
    func `a name that is neither for us nor being written is a stray`(
        name: String, isStray: Bool
    ) throws {
        tray.drop("{}", as: name)
        #expect(try tray.inbox.list(strays: 9).strays == (isStray ? [FileName(name)] : []))
    }

    @Test func `names are listed in order`() throws {
        for name in ["b.json", "a.json", "B.json"] { tray.drop("{}", as: name) }
        #expect(try tray.inbox.list().names.map(\.description) == ["B.json", "a.json", "b.json"])
    }

    @Test func `a name that is not valid text is taken like any other`() throws {
        let name = FileName([0xFF, 0xFE] + Array(".json".utf8))
        tray.drop("{}", as: name)
        #expect(try tray.inbox.list().names == [name])
        #expect(name.safe == "\u{FFFD}\u{FFFD}.json" && name.stem == "\u{FFFD}\u{FFFD}")
        #expect(try tray.taken(name).count == 1)
        #expect(try tray.names("inbox") == [])
    }

    @Test func `a file is taken when it was unchanged for long enough`() throws {
        tray.drop("{}", as: "a.json")
        let changed = try tray.changed("a.json")
        #expect(
            try tray.judge("a.json", settle: 5_000, at: changed + 4_000) == "later: settling")
        #expect(try tray.judge("a.json", settle: 5_000, at: changed + 6_000) == "take")
    }

    @Test func `an old time set by a client does not make a new file old`()
        throws
    {
        tray.drop("{}", as: "a.json")
        tray.touch("a.json", at: 1_000_000)
        let changed = try tray.changed("a.json")
        #expect(
            try tray.judge("a.json", settle: 5_000, at: changed + 4_000) == "later: settling")
        #expect(try tray.judge("a.json", settle: 5_000, at: changed + 6_000) == "take")
    }

    @Test func `a file dated in the future is judged by its time of change`()
        throws
    {
        tray.drop("{}", as: "a.json")
        tray.touch("a.json", at: 15_000_000_000)
        let changed = try tray.changed("a.json")
        #expect(
            try tray.judge("a.json", settle: 5_000, at: changed + 4_000) == "later: settling")
        #expect(try tray.judge("a.json", settle: 5_000, at: changed + 6_000) == "take")
    }

    @Test func `a clock set back delays no whole file, and no other for ever`()
        throws
    {
        tray.drop("{}", as: "a.json")
        #expect(try tray.judge("a.json", settle: 5_000, at: 1_000_000) == "take")
        tray.drop("", as: "b.json")
        func judge(firstSeen: Int64?) throws -> String? {
            try tray.judge(
                "b.json", settle: 5_000, incomplete: 300_000, at: 1_000_000, firstSeen: firstSeen)
        }
        #expect(try judge(firstSeen: nil) == "later: incomplete")
        #expect(try judge(firstSeen: 701_000) == "later: incomplete")
        #expect(try judge(firstSeen: 700_000) == "quarantine: it is empty")
        #expect(try judge(firstSeen: 2_000_000) == "later: incomplete")
    }

    @Test func `an empty file ends early, and is quarantined after a while`() throws {
        tray.drop("", as: "a.json")
        let changed = try tray.changed("a.json")
        func judge(at moment: Int64) throws -> String? {
            try tray.judge("a.json", incomplete: 300_000, at: moment)
        }
        #expect(try judge(at: changed + 299_000) == "later: incomplete")
        #expect(try judge(at: changed + 301_000) == "quarantine: it is empty")
    }

    @Test func `a file with two names may be on its way, for an hour`() throws {
        tray.drop("{}", as: "a.json")
        #expect(link(tray.path("a.json"), tray.path("upload.tmp")) == 0)
        tray.touch("a.json", at: 1_000)
        #expect(try tray.judge("a.json", at: tray.changed("a.json") + 1_000) == "later: linked")
        let after = try tray.changed("a.json") + Inbox.patience + 1_000
        #expect(
            try tray.judge("a.json", at: after) == "quarantine: it has another name (a hard link)")
        unlink(tray.path("upload.tmp"))
        #expect(try tray.judge("a.json", at: after) == "take")
    }

    @Test(arguments: ["symlink", "FIFO", "directory", "socket"])
    func `an entry that is not a regular file is quarantined unopened`(kind: String) throws {
        let name = tray.path("x.json")
        switch kind {
        case "symlink": #expect(symlink("/etc/passwd", name) == 0)
        case "FIFO": #expect(mkfifo(name, 0o600) == 0)
        case "directory": #expect(mkdir(name, 0o755) == 0)
        default: #expect(mknod(name, S_IFSOCK | 0o600, 0) == 0)
        }
        #expect(try tray.judge("x.json") == "quarantine: it is not a regular file")
        try tray.quarantine("x.json")
        #expect(try tray.names("inbox") == [])
        #expect(try tray.names("quarantine") == ["\(Spool.digestOfNothing)-x.json"])
    }

    @Test func `two files of one name are both kept in quarantine`() throws {
        for _ in 1...3 {
            #expect(mkdir(tray.path("x.json"), 0o755) == 0)
            try tray.quarantine("x.json")
        }
        #expect(try tray.names("quarantine").count == 3)
    }

    @Test func `an entry that is gone is nil, and so is a missing inbox`() throws {
        #expect(try tray.judge("gone.json") == nil)
        #expect(try tray.spool.openInbox(of: .reseller("nobody")) == nil)
    }

    @Test func `a symbolic link is no inbox`() throws {
        tray.folder.write("", to: "spool/resellers/eve/x")
        #expect(
            symlink(tray.spool.inbox(of: tray.acme), "\(tray.spool.root)/resellers/eve/inbox") == 0)
        #expect(try tray.spool.openInbox(of: .reseller("eve")) == nil)
    }

    @Test(arguments: [
        ("plain-1.json", "plain-1.json"), ("a\nb\u{1B}[2J.json", "a_b_[2J.json"),
        ("a\u{202E}b.json", "a_b.json"), ("..x.json", "..x.json"),
        ("$(rm) `x`;'\".json", "$(rm) `x`;'\".json"),
        ("Ünï 🙂.json", "Ünï 🙂.json"),
    ])
    func `our names hold nothing that a terminal would obey`(name: String, safe: String) {
        #expect(FileName(name).safe == safe)
    }
}
