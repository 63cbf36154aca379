import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite struct DroppingTests {
    let folder = TemporaryFolder()
    let spool: Spool

    init() throws {
        spool = try Spool.open(at: "\(folder.path)/spool", program: "admin")
    }

    @Test func `a file is dropped whole, and intake finds it`() throws {
        #expect(try spool.drop("a.json", into: .desk) { try $0.write(Array("{}".utf8)) })
        let inbox = try #require(try spool.openInbox(of: .desk))
        #expect(try inbox.directory.names() == [FileName("a.json")])
        #expect(try inbox.directory.status(of: FileName("a.json"))?.st_nlink == 1)
        #expect(try spool.waiting(in: .desk).count == 1)
    }

    @Test func `a file of the same name is left as it is`() throws {
        folder.write("theirs", to: "spool/desk/inbox/a.json")
        #expect(try !spool.drop("a.json", into: .desk) { try $0.write(Array("ours".utf8)) })
        let inbox = try #require(try spool.openInbox(of: .desk))
        #expect(try inbox.directory.names() == [FileName("a.json")])
        #expect(try inbox.directory.status(of: FileName("a.json"))?.st_size == 6)
    }

    @Test func `a file that cannot be written leaves nothing`() throws {
        struct Broken: Error {}
        #expect(throws: Broken.self) {
            try spool.drop("a.json", into: .desk) {
                try $0.write([1])
                throw Broken()
            }
        }
        #expect(try spool.openInbox(of: .desk)?.directory.names() == [])
    }

    @Test func `what a run that died was dropping is no hindrance`() throws {
        folder.write("half", to: "spool/desk/inbox/.a.json.part")
        #expect(try spool.drop("a.json", into: .desk) { try $0.write(Array("{}".utf8)) })
        #expect(try spool.openInbox(of: .desk)?.directory.names() == [FileName("a.json")])
    }

    @Test func `an archived file is dropped again under its name, or one of its own`() throws {
        let digest = String(repeating: "a", count: 64)
        let long = String(repeating: "b", count: 64)
        folder.write("one", to: "spool/archive/2026-11-23/acme/\(digest)-orders.json")
        folder.write("two", to: "spool/archive/2026-11-24/acme/\(long)-a-long-name")
        folder.write("rubbish", to: "spool/archive/2026-11-24/acme/notes")
        let files = try spool.archived()
        #expect(files.map(\.digest) == [digest, long])
        #expect(files.allSatisfy { $0.dropper == .reseller("acme") })
        for file in files + files { try spool.dropAgain(file) }
        let inbox = try #require(try spool.openInbox(of: .reseller("acme")))
        #expect(
            try inbox.names().map(\.description)
                == ["\(digest).json", "\(long).json", "orders.json"])
        #expect(try spool.archived().count == 2)
    }

    @Test func `the last status file is found among all others`() throws {
        #expect(try spool.lastStatusFile(of: "acme") == 0)
        for name in ["status-0000000009.json", "status-0000000010.json", "status-x.json", "a.json"]
        {
            folder.write("{}", to: "spool/resellers/acme/outbox/\(name)")
        }
        #expect(try spool.lastStatusFile(of: "acme") == 10)
    }

    @Test func `a journal is open while it holds something`() throws {
        folder.write([0, 0], to: "spool/journal/empty")
        folder.write("{}", to: "spool/journal/full")
        folder.write("", to: "spool/journal/new")
        #expect(try spool.openJournals() == ["full"])
    }
}
