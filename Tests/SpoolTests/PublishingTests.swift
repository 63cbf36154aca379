import Glibc
import TestSupport
import Testing
import Timestamps

@testable import Spool

@Suite struct PublishingTests {
    let tray: Tray

    init() throws {
        tray = try Tray()
    }

    private func publish(_ text: String, as name: String) throws {
        var publishing = try Publishing(tray.spool)
        try publishing.add(name, in: tray.spool.outbox(of: tray.acme)) {
            for byte in text.utf8 { try $0.write([byte]) }
        }
        try publishing.finish()
    }

    @Test func `a file appears only when it is finished`() throws {
        var publishing = try Publishing(tray.spool)
        try publishing.add("a.receipt.json", in: tray.spool.outbox(of: tray.acme)) {
            try $0.write(Array("{}".utf8))
        }
        #expect(try tray.names("outbox") == [])
        try publishing.finish()
        #expect(try tray.names("outbox") == ["a.receipt.json"])
    }

    @Test func `a file replaces the old one whole`() throws {
        let path = "\(tray.spool.outbox(of: tray.acme))/a.receipt.json"
        try publish("first", as: "a.receipt.json")
        let before = open(path, O_RDONLY)
        defer { close(before) }
        try publish("2nd", as: "a.receipt.json")
        #expect(text(path) == "2nd")
        var bytes = [UInt8](repeating: 0, count: 9)
        #expect(read(before, &bytes, 9) == 5, "who had it open reads the old one to its end")
        #expect(try tray.names("tmp") == [])
    }

    @Test func `a published file can be read, whatever the umask`() throws {
        let old = umask(0o077)
        defer { umask(old) }
        try publish("first", as: "a.receipt.json")
        var status = stat()
        #expect(stat("\(tray.spool.outbox(of: tray.acme))/a.receipt.json", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o644)
    }
}

@Suite struct SpoolTests {
    let tray: Tray

    init() throws {
        tray = try Tray()
    }

    @Test func `opening makes missing directories, ours for us alone`() throws {
        for (name, mode) in [
            ("tmp", 0o700), ("work", 0o700), ("archive", 0o700), ("quarantine", 0o700),
            ("lock", 0o700), ("journal", 0o700), ("desk/inbox", 0o755), ("desk/outbox", 0o755),
            ("resellers/acme/inbox", 0o755), ("resellers/acme/outbox", 0o755),
        ] as [(String, mode_t)] {
            var status = stat()
            #expect(stat("\(tray.spool.root)/\(name)", &status) == 0, "\(name)")
            #expect(status.st_mode & 0o777 == mode, "\(name)")
        }
        #expect(try tray.spool.resellers() == ["acme"])
        #expect(try tray.spool.freeBytes() > 0)
    }

    @Test func `opening again keeps the modes that the operator set`() throws {
        let inbox = tray.spool.inbox(of: tray.acme)
        chmod(inbox, 0o770)
        tray.drop("abc", as: "a.json")
        try Spool.open(at: tray.spool.root, program: "ingest").makeDirectories(ofReseller: "acme")
        var status = stat()
        #expect(stat(inbox, &status) == 0 && status.st_mode & 0o777 == 0o770)
        #expect(try tray.names("inbox") == ["a.json"])
    }

    @Test func `a program removes only its own rubbish from tmp`() throws {
        for name in ["ingest.0", "ingest.out.1", "report.0", "ingestion.0"] {
            tray.folder.write("rubbish", to: "spool/tmp/\(name)")
        }
        _ = try Spool.open(at: tray.spool.root, program: "ingest")
        #expect(try tray.names("tmp") == ["ingestion.0", "report.0"])
    }

    @Test(arguments: 1...133 as ClosedRange<Int32>)
    func `every error number of the system has our words`(code: Int32) {
        let text = "\(SystemError("cannot rename", "a.json", code: code))"
        #expect(RawWords.alone(in: text) == nil)
        #expect(text.hasPrefix("cannot rename a.json: "))
        #expect(text.hasSuffix(" and run again"))
    }

    @Test func `a failure says what, where, what still holds and what to do`() throws {
        tray.folder.write("", to: "file")
        let error = try #require(throws: SystemError.self) {
            try Spool.open(at: "\(tray.folder.path)/file/spool", program: "ingest")
        }
        #expect("\(error)".contains("file/spool"))
        #expect(
            "\(error)".hasSuffix(
                """
                a part of the path is not a folder (Not a directory); nothing is lost; correct the \
                path and run again
                """))
    }
}
