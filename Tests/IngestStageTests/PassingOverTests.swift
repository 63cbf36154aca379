import GRDB
import Glibc
import Ledger
import Run
import SQLiteTables
import Settings
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct IncompleteFileTests {
    /// A shop whose clock is the system's, with a file of acme's.
    private func shop(_ text: String) throws -> (shop: Shop, path: String) {
        let shop = try Shop("intake: {min_free_bytes: 0, incomplete_seconds: 300}")
        try shop.add()
        let path = shop.put(text)
        shop.now = shop.changed(path)
        return (shop, path)
    }

    @Test(arguments: [
        String(order.dropLast()), String(order.prefix(40)), "{", "{\"", "{\"orders\": [tr",
        "{\"count\": -", "{\"batch\": \"\\u00", " ", "",
        #"{"batch": "x", "orders": [], "unknown": [1, 2"#,
    ])
    func `half a file is left until its upload has been still for long`(half: String) throws {
        let (shop, _) = try shop(half)
        for seconds in [60, 239] {
            shop.now = shop.now.adding(seconds: seconds)
            #expect(try shop.run()["files"] == .integer(0))
        }
        #expect(shop.names(in: "resellers/acme/inbox") == ["orders.json"])
        #expect(shop.names(in: "resellers/acme/outbox").isEmpty)
        #expect(shop.names(in: "work").allSatisfy { shop.names(in: "work/\($0)").isEmpty })
        let ledger = try Ledger.open(
            in: SQLiteFile(shop.settings.ledger), currency: shop.settings.currency)
        let noted = try ledger.passedOver()
        #expect(noted.map(\.reason) == [.incomplete] && noted.map(\.owner) == ["acme"])
        shop.now = shop.now.adding(seconds: 3)
        try shop.run()
        #expect(
            try ["BAD_JSON", "UNKNOWN_FIELD"].contains(shop.receipt(of: "orders.json").reason))
        #expect(try ledger.passedOver().isEmpty)
    }

    @Test func `the rest of half a file makes it whole, and it is taken as one`() throws {
        let (shop, path) = try shop(String(order.prefix(50)))
        shop.now = shop.now.adding(seconds: 200)
        try shop.run()
        shop.folder.write(order, to: "spool/resellers/acme/inbox/orders.json")
        shop.now = shop.changed(path).adding(seconds: 3)
        try shop.run()
        #expect(try shop.receipt(of: "orders.json")["status"] == "accepted")
        #expect(try shop.value("SELECT count(*) FROM files WHERE user_id = 'acme'") == 1)
    }

    @Test(arguments: [
        order, "no JSON", "{} {", #"{"a": [}"#, #"{"a": 1, "a": 1"#, "[]",
        "\u{FEFF}{",
    ])
    func `what is whole, or wrong before its end, is taken at once`(text: String) throws {
        let (shop, _) = try shop(text)
        shop.now = shop.now.adding(seconds: 3)
        try shop.run()
        #expect(shop.names(in: "resellers/acme/outbox") == ["orders.receipt.json"])
    }

    @Test func `a long file is looked at to its end`() throws {
        let lines = (1...5_000).map {
            #"{"ref": "\#($0)", "service": 101, "link": "a", "quantity": 1}"#
        }
        let long = #"{"orders": [\#(lines.joined(separator: ","))]}"#
        let (shop, path) = try shop(String(long.dropLast(1)))
        shop.now = shop.now.adding(seconds: 3)
        try shop.run()
        #expect(shop.names(in: "resellers/acme/inbox") == ["orders.json"])
        shop.folder.write(long, to: "spool/resellers/acme/inbox/orders.json")
        shop.now = shop.changed(path).adding(seconds: 3)
        try shop.run()
        #expect(try shop.receipt(of: "orders.json").verdicts("orders").count == 5_000)
    }
}

@Suite struct PassingOverTests {
    private let shop = try! Shop()

    private func exceptions() throws -> [String] {
        try shop.database().read {
            try String.fetchAll($0, sql: "SELECT kind || ': ' || detail FROM exceptions")
        }
    }

    /// Puts a file where acme's outbox was.
    private func blockOutbox() throws {
        let outbox = "\(shop.spool)/resellers/acme/outbox"
        #expect(rmdir(outbox) == 0)
        shop.folder.write("", to: "spool/resellers/acme/outbox")
    }

    /// Runs at once, after half an hour, and twice after more than one.
    private func runForAnHour(from path: String) throws {
        for seconds in [3, 1_800, 3_700, 60] {
            shop.now = shop.changed(path).adding(seconds: seconds)
            try shop.run()
        }
    }

    @Test(arguments: [
        "echo {} > inbox/x.json.txt", "echo {} > inbox/orders", "mkdir inbox/today",
        "ln -s /etc/passwd inbox/orders", "echo {} > orders.json", "mkdir Inbox",
    ])
    func `what lies under a wrong name or in a wrong place is reported once, after an hour`(
        how: String
    ) throws {
        try shop.add()
        let home = "\(shop.spool)/resellers/acme"
        #expect(shellRun("cd '\(home)' && \(how)").status == 0)
        let lying = try #require(
            shellRun("cd '\(home)' && ls -d inbox/* orders.json Inbox 2>/dev/null").output
                .split(separator: "\n").first)
        shop.now = shop.changed("\(home)/\(lying)").adding(seconds: 1_800)
        try shop.run()
        #expect(try exceptions() == [])
        try runForAnHour(from: "\(home)/\(lying)")
        let seen = try exceptions()
        #expect(
            seen.count == 1 && seen[0].hasPrefix("left_in_inbox: \(home)/\(lying) is not taken"))
    }

    @Test func `an inbox that is a symbolic link is reported`() throws {
        try shop.add()
        let inbox = "\(shop.spool)/resellers/acme/inbox"
        #expect(rename(inbox, "\(shop.folder.path)/elsewhere") == 0)
        #expect(symlink("\(shop.folder.path)/elsewhere", inbox) == 0)
        try runForAnHour(from: inbox)
        #expect(
            try exceptions().count { $0.contains("\(inbox) is not taken: it is a symbolic link") }
                == 1)
    }

    @Test func `a name of one in the making is left alone, however long`() throws {
        try shop.add()
        let path = shop.put("{", as: "x.json.part")
        try runForAnHour(from: path)
        #expect(try exceptions() == [])
    }

    @Test func `a file that never stops changing is reported`() throws {
        try shop.add()
        let path = shop.put(order)
        for minute in 0...70 {
            shop.now = Shop.morning.adding(seconds: minute * 60)
            shop.touch(path, secondsAgo: 0)
            try shop.run()
        }
        #expect(try exceptions().map { $0.prefix(11) } == ["never_still"])
    }

    @Test func `many strays of one owner are not all written down`() throws {
        try shop.add()
        for number in 1...50 { shop.put("x", as: "\(number).txt") }
        let path = "\(shop.spool)/resellers/acme/inbox/1.txt"
        try runForAnHour(from: path)
        #expect(try exceptions().count == PassedOverEntries.mostPerOwner)
    }

    @Test func `an obstacle is an exception when it was met twice, and once only`() throws {
        try shop.add()
        shop.put(order)
        try blockOutbox()
        for _ in 1...4 { try shop.run() }
        #expect(try exceptions().map { $0.prefix(10) } == ["in_the_way"])
    }

    @Test func `a run's figures count what it committed, not how often it tried to tell it`() throws
    {
        try shop.add()
        shop.put(order)
        try blockOutbox()
        let first = try shop.run()
        #expect(first["charged"] == .text("1.200000") && first["files"] == .integer(1))
        for _ in 1...2 {
            let later = try shop.run()
            #expect(later["charged"] == .text("0.000000") && later["files"] == .integer(0))
            #expect(later["lines"] == .integer(0) && later["obstacles"] != .integer(0))
        }
        unlink("\(shop.spool)/resellers/acme/outbox")
        #expect(try shop.run()["repeated"] == .integer(1))
        #expect(try shop.receipt(of: "orders.json")["charged"] == "1.200000")
    }
}
