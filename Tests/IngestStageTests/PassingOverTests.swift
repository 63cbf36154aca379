import Glibc
import Ledger
import Run
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct IncompleteFileTests {
    /// A house whose clock is the system's, with a file of acme's.
    private func house(_ text: String) throws -> (house: House, path: String) {
        let house = try House.stocked("intake: {min_free_bytes: 0, incomplete_seconds: 300}")
        try house.add()
        let path = house.put(text)
        house.now = house.changed(path)
        return (house, path)
    }

    @Test(arguments: [
        String(order.dropLast()), String(order.prefix(40)), "{", "{\"", "{\"orders\": [tr",
        "{\"count\": -", "{\"batch\": \"\\u00", " ", "",
        #"{"batch": "x", "orders": [], "unknown": [1, 2"#,
    ])
    func `half a file waits until its upload has been still for long enough`(half: String) throws {
        let (house, _) = try house(half)
        for seconds in [60, 239] {
            house.now = house.now.adding(seconds: seconds)
            #expect(try house.ingest()["files"] == .integer(0))
        }
        #expect(house.names(in: "resellers/acme/inbox") == ["orders.json"])
        #expect(house.names(in: "resellers/acme/outbox").isEmpty)
        #expect(house.names(in: "work").allSatisfy { house.names(in: "work/\($0)").isEmpty })
        let ledger = house.ledger
        let noted = try ledger.passedOver()
        #expect(noted.map(\.reason) == [.incomplete] && noted.map(\.owner) == ["acme"])
        house.now = house.now.adding(seconds: 3)
        try house.ingest()
        #expect(
            try ["BAD_JSON", "UNKNOWN_FIELD"].contains(house.receipt(of: "orders.json").reason))
        #expect(try ledger.passedOver().isEmpty)
    }

    @Test func `half a file is taken as one once the rest has arrived`() throws {
        let (house, path) = try house(String(order.prefix(50)))
        house.now = house.now.adding(seconds: 200)
        try house.ingest()
        house.folder.write(order, to: "spool/resellers/acme/inbox/orders.json")
        house.now = house.changed(path).adding(seconds: 3)
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
        #expect(try house.count("files WHERE user_id = 'acme'") == 1)
    }

    @Test(arguments: [
        order, "no JSON", "{} {", #"{"a": [}"#, #"{"a": 1, "a": 1"#, "[]",
        "\u{FEFF}{",
    ])
    func `a file that is whole, or wrong before its end, is taken at once`(text: String) throws {
        let (house, _) = try house(text)
        house.now = house.now.adding(seconds: 3)
        try house.ingest()
        #expect(house.names(in: "resellers/acme/outbox") == ["orders.receipt.json"])
    }

    @Test func `a long file is checked to its end`() throws {
        let lines = (1...5_000).map {
            #"{"ref": "\#($0)", "service": 101, "link": "a", "quantity": 1}"#
        }
        let long = #"{"orders": [\#(lines.joined(separator: ","))]}"#
        let (house, path) = try house(String(long.dropLast(1)))
        house.now = house.now.adding(seconds: 3)
        try house.ingest()
        #expect(house.names(in: "resellers/acme/inbox") == ["orders.json"])
        house.folder.write(long, to: "spool/resellers/acme/inbox/orders.json")
        house.now = house.changed(path).adding(seconds: 3)
        try house.ingest()
        #expect(try house.receipt(of: "orders.json").verdicts("orders").count == 5_000)
    }
}

@Suite struct PassingOverTests {
    private let house: House

    init() throws {
        house = try House.stocked()
    }

    private func exceptions() throws -> [String] {
        try house.table("SELECT kind || ': ' || detail FROM exceptions")
    }

    /// Puts a file where acme's outbox was.
    private func blockOutbox() throws {
        let outbox = "\(house.spool)/resellers/acme/outbox"
        #expect(rmdir(outbox) == 0)
        house.folder.write("", to: "spool/resellers/acme/outbox")
    }

    /// Runs at once, after half an hour, and twice after more than one.
    private func runForAnHour(from path: String) throws {
        for seconds in [3, 1_800, 3_700, 60] {
            house.now = house.changed(path).adding(seconds: seconds)
            try house.ingest()
        }
    }

    @Test(arguments: [
        "echo {} > inbox/x.json.txt", "echo {} > inbox/orders", "mkdir inbox/today",
        "ln -s /etc/passwd inbox/orders", "echo {} > orders.json", "mkdir Inbox",
    ])
    func `a file with a wrong name or in a wrong place is reported once, after an hour`(
        how: String
    ) throws {
        try house.add()
        let home = "\(house.spool)/resellers/acme"
        #expect(shellRun("cd '\(home)' && \(how)").status == 0)
        let lying = try #require(
            shellRun("cd '\(home)' && ls -d inbox/* orders.json Inbox 2>/dev/null").output
                .split(separator: "\n").first)
        house.now = house.changed("\(home)/\(lying)").adding(seconds: 1_800)
        try house.ingest()
        #expect(try exceptions() == [])
        try runForAnHour(from: "\(home)/\(lying)")
        let seen = try exceptions()
        #expect(
            seen.count == 1 && seen[0].hasPrefix("left_in_inbox: \(home)/\(lying) is not taken"))
    }

    @Test func `an inbox that is a symbolic link is reported`() throws {
        try house.add()
        let inbox = "\(house.spool)/resellers/acme/inbox"
        #expect(rename(inbox, "\(house.folder.path)/elsewhere") == 0)
        #expect(symlink("\(house.folder.path)/elsewhere", inbox) == 0)
        try runForAnHour(from: inbox)
        #expect(
            try exceptions().count { $0.contains("\(inbox) is not taken: it is a symbolic link") }
                == 1)
    }

    @Test func `a file whose name says it is unfinished is left alone, however long`() throws {
        try house.add()
        let path = house.put("{", as: "x.json.part")
        try runForAnHour(from: path)
        #expect(try exceptions() == [])
    }

    @Test func `a file that never stops changing is reported`() throws {
        try house.add()
        let path = house.put(order)
        for minute in 0...70 {
            house.now = House.morning.adding(seconds: minute * 60)
            house.touch(path, secondsAgo: 0)
            try house.ingest()
        }
        #expect(try exceptions().map { $0.prefix(11) } == ["never_still"])
    }

    @Test func `only so many stray files of one owner are recorded`() throws {
        try house.add()
        for number in 1...50 { house.put("x", as: "\(number).txt") }
        let path = "\(house.spool)/resellers/acme/inbox/1.txt"
        try runForAnHour(from: path)
        #expect(try exceptions().count == PassedOverEntries.mostPerOwner)
    }

    @Test func `an obstacle met twice becomes one exception`() throws {
        try house.add()
        house.put(order)
        try blockOutbox()
        for _ in 1...4 { try house.ingest() }
        #expect(try exceptions().map { $0.prefix(10) } == ["in_the_way"])
    }

    @Test func `a run's figures count what it committed, not its attempts to report it`() throws {
        try house.add()
        house.put(order)
        try blockOutbox()
        let first = try house.ingest()
        #expect(first["charged"] == .text("1.200000") && first["files"] == .integer(1))
        for _ in 1...2 {
            let later = try house.ingest()
            #expect(later["charged"] == .text("0.000000") && later["files"] == .integer(0))
            #expect(later["lines"] == .integer(0) && later["obstacles"] != .integer(0))
        }
        unlink("\(house.spool)/resellers/acme/outbox")
        #expect(try house.ingest()["repeated"] == .integer(1))
        #expect(try house.receipt(of: "orders.json")["charged"] == "1.200000")
    }
}
