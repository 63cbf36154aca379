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

    @Test func `a half-dropped file of a dead run is no obstacle`() throws {
        folder.write("half", to: "spool/desk/inbox/.a.json.part")
        #expect(try spool.drop("a.json", into: .desk) { try $0.write(Array("{}".utf8)) })
        #expect(try spool.openInbox(of: .desk)?.directory.names() == [FileName("a.json")])
    }

    @Test
    func
        `archived files are replayed in order, and their receipts kept`()
        throws
    {
        let (first, second) = (String(repeating: "b", count: 64), String(repeating: "a", count: 64))
        folder.write("one", to: "spool/archive/2026-11-24/acme/\(first)-orders.json")
        usleep(20_000)
        folder.write("two", to: "spool/archive/2026-11-23/acme/\(second)-a-long-name")
        folder.write("rubbish", to: "spool/archive/2026-11-24/acme/notes")
        let receipt = "{\n  \"receipt\": 1,\n  \"sha256\": \"\(first)\"\n}\n"
        folder.write(receipt, to: "spool/resellers/acme/outbox/orders.receipt.json")
        folder.write("another's", to: "spool/resellers/acme/outbox/\(second).receipt.json")
        let files = try spool.archived()
        #expect(files.map(\.digest) == [first, second])
        #expect(files.map(\.name) == ["orders.json", "\(second).json"])
        #expect(files.allSatisfy { $0.dropper == .reseller("acme") })
        for file in files + files {
            try spool.quarantineReceipt(of: file)
            try spool.replay(file)
        }
        #expect(try spool.leftovers(of: .reseller("acme")).map(\.digest) == [second, first])
        let again = try spool.leftover(
            of: .reseller("acme"), digest: first, name: "orders.json")
        #expect(again?.name == FileName("orders.json") && again?.bytes == 3)
        #expect(try spool.leftover(of: .desk, digest: first, name: "orders.json") == nil)
        #expect(try spool.archived().count == 2)
        let outbox = try Directory("\(folder.path)/spool/resellers/acme/outbox")
        #expect(try outbox.names() == [FileName("\(second).receipt.json")])
        let kept = try Directory("\(folder.path)/spool/quarantine/acme")
        #expect(try kept.names() == [FileName("\(first)-orders.json.former-receipt.json")])
        #expect(try spool.quarantined().latest == nil, "a former receipt is no news")
    }

    @Test func `the last status file is found among other files`() throws {
        #expect(try spool.lastStatusFile(of: "acme") == 0)
        for name in [
            "status-0000000009.json", "status-0000000010.json", "status-x.json", "status--11.json",
            "a.json",
        ] {
            folder.write("{}", to: "spool/resellers/acme/outbox/\(name)")
        }
        #expect(try spool.lastStatusFile(of: "acme") == 10)
    }

    @Test func `a journal is open while it holds answers`() throws {
        folder.write([0, 0], to: "spool/journal/empty")
        folder.write("{}", to: "spool/journal/full")
        folder.write("", to: "spool/journal/new")
        #expect(try spool.openJournals() == ["full"])
    }
}
