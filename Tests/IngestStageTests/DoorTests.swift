import Glibc
import Ledger
import Spool
import Synchronization
import TestHouse
import TestSupport
import Testing

@testable import IngestStage

private func batch(_ name: String, orders: Int = 1) -> String {
    let lines = (1...orders).map { #"{"service": 101, "link": "\#(name)/\#($0)", "quantity": 1}"# }
    return #"{"batch": "\#(name)", "orders": [\#(lines.joined(separator: ", "))]}"#
}

extension House {
    /// Puts a file into a door, as `upload` does, just now.
    @discardableResult
    fileprivate func putInDoor(
        _ text: String, as name: String = "orders.json", by user: String = "acme"
    ) -> String {
        folder.write(Array(text.utf8), to: "spool/doors/\(user)/\(name)")
    }

    /// The names of the files that were taken, in order, without the desk's.
    fileprivate func taken() throws -> [String] {
        try table("SELECT name FROM files WHERE user_id IS NOT NULL ORDER BY id")
    }
}

@Suite struct DoorTests {
    @Test func `a file in a door is taken at once, without settling`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, settle_seconds: 3600}")
        try house.add()
        let path = house.putInDoor(batch("a"))
        house.now = house.changed(path)
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
        #expect(house.names(in: "doors/acme").isEmpty && house.names(in: "work/acme").isEmpty)
        let day = house.names(in: "archive").last ?? ""
        let archived = house.names(in: "archive/\(day)/acme")
        #expect(archived.count { $0.hasSuffix("-orders.json") } == 1)
        try house.expectSound()
    }

    @Test func `the same bytes through inbox and door have one effect`() throws {
        let house = try House.stocked()
        try house.add()
        house.putInDoor(batch("a"), as: "a.json")
        house.put(batch("a"), as: "b.json")
        try house.ingest()
        #expect(try house.receipt(of: "a.json")["status"] == "accepted")
        #expect(try house.receipt(of: "b.json")["status"] == "duplicate")
        house.putInDoor(batch("a"), as: "a.json")
        try house.ingest()
        #expect(try house.count("orders") == 1)
        #expect(house.names(in: "doors/acme").isEmpty && house.names(in: "work/acme").isEmpty)
    }

    @Test func `a file that a dead run had collected is taken under its name`() throws {
        let house = try House.stocked()
        try house.add()
        house.putInDoor(batch("a"), as: "a-b.json")
        let spool = try Spool.open(at: house.spool, program: "ingest")
        let door = try #require(try spool.openDoor(of: .reseller("acme")))
        var collecting = Collecting(spool)
        _ = try collecting.collect(FileName("a-b.json"), from: door)
        #expect(house.names(in: "doors/acme").isEmpty)
        try house.ingest()
        #expect(try house.receipt(of: "a-b.json")["file"] == "a-b.json")
        #expect(try house.count("orders") == 1 && house.names(in: "work/acme").isEmpty)
    }

    @Test func `a file in the door of a stranger goes to quarantine`() throws {
        let house = try House.stocked()
        house.putInDoor(batch("a"), by: "ghost")
        try house.ingest()
        #expect(house.names(in: "quarantine/ghost").count == 2)
        #expect(house.names(in: "doors/ghost").isEmpty)
    }

    @Test func `a file in a door that is too large is not read`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try house.add()
        house.putInDoor(batch("a", orders: 100))
        try house.ingest()
        #expect(try house.receipt(of: "orders.json").reason == "TOO_LARGE")
        #expect(house.names(in: "quarantine/acme").count == 2)
        #expect(house.names(in: "work/acme").isEmpty)
    }

    @Test func `what is in a door and is no JSON goes to quarantine`() throws {
        let house = try House.stocked()
        try house.add()
        house.putInDoor("", as: "empty.json")
        house.putInDoor("{", as: "torn.json")
        try house.ingest()
        #expect(try house.receipt(of: "empty.json").reason == "BAD_JSON")
        #expect(try house.receipt(of: "torn.json").reason == "BAD_JSON")
        #expect(house.names(in: "quarantine/acme").count == 4)
    }

    @Test func `what no program puts into a door is passed over, and stops nothing`() throws {
        let house = try House.stocked()
        try house.add()
        house.putInDoor(batch("a"))
        house.putInDoor("x", as: "note.txt")
        house.putInDoor("x", as: "folder.json/inside.json")
        #expect(symlink("/etc/passwd", "\(house.spool)/doors/acme/link.json") == 0)
        house.putInDoor("x", as: "../beside.json")
        house.putInDoor(batch("b"), by: "desk")
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
        let passedOver = try house.ledger.passedOver().map { $0.path.split(separator: "/").last }
        #expect(passedOver == ["beside.json", "folder.json", "link.json", "note.txt"])
        #expect(house.names(in: "doors/desk") == ["orders.json"])
    }

    /// Drops a file into a door when the clock is looked at for the first time in a run.
    private func ingest(_ house: House, dropping text: String) throws {
        let isDropped = Mutex(false)
        try house.ingest {
            let isFirst = isDropped.withLock { isDropped in
                defer { isDropped = true }
                return !isDropped
            }
            if isFirst { house.putInDoor(text, as: "door.json") }
        }
    }

    @Test func `a file that comes into a door goes before the next commit of other files`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_files_per_commit: 2}")
        try house.add()
        for number in 1...6 { house.put(batch("\(number)"), as: "\(number).json") }
        try ingest(house, dropping: batch("door"))
        let taken = try house.taken()
        #expect(taken.count == 7)
        #expect(try #require(taken.firstIndex(of: "door.json")) <= 2)
    }

    @Test func `a long file waits for the small ones, whosever they are`() throws {
        let house = try House.stocked()
        try house.add()
        try house.add("zenith")
        house.putInDoor(batch("long", orders: 4_000), as: "a-long.json")
        house.putInDoor(batch("small"), as: "small.json", by: "zenith")
        house.put(batch("inbox"), as: "inbox.json")
        try house.ingest()
        #expect(try house.taken() == ["small.json", "a-long.json", "inbox.json"])
    }

    @Test func `doors take turns, over the commits of a run`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_files_per_commit: 10}")
        try house.add()
        try house.add("zenith")
        for number in 100...199 { house.putInDoor(batch("\(number)"), as: "\(number).json") }
        house.putInDoor(batch("one"), as: "one.json", by: "zenith")
        try house.ingest()
        let taken = try house.taken()
        #expect(taken.count == 101)
        #expect(try #require(taken.firstIndex(of: "one.json")) <= 10)
    }
}
