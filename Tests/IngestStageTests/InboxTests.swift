import Failures
import Glibc
import Run
import Settings
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct InboxTests {
    @Test func `a file is taken once it has been still`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0, settle_seconds: 30}")
        try shop.add()
        let path = shop.put(order)
        // The system's own time of change counts too, so the clock is a real one.
        shop.now = shop.changed(path).adding(seconds: 29)
        try shop.run()
        #expect(shop.names(in: "resellers/acme/outbox").isEmpty)
        shop.now = shop.now.adding(seconds: 2)
        try shop.run()
        #expect(try shop.receipt(of: "orders.json")["status"] == "accepted")
    }

    @Test func `an ending in capitals is taken like any other`() throws {
        let shop = try Shop()
        try shop.add()
        shop.put(order, as: "A.JSON")
        try shop.run()
        #expect(
            try Receipt(shop.contents(of: "resellers/acme/outbox/A.receipt.json"))["status"]
                == "accepted")
    }

    @Test func `what is not named as a batch is left alone`() throws {
        let shop = try Shop()
        try shop.add()
        let names = [
            ".json", ".orders.json", "orders.json.PART", "orders.json.part", "orders.json~",
        ]
        for name in names { shop.put(order, as: name) }
        try shop.run()
        #expect(shop.names(in: "resellers/acme/inbox") == names.sorted())
    }

    @Test func `a file that is too large is not read, and is told so`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try shop.add()
        let path = shop.put("x", as: "sparse.json")
        truncate(path, 1 << 40)
        shop.touch(path, secondsAgo: 60)
        try shop.run()
        let receipt = try shop.receipt(of: "sparse.json")
        #expect(receipt.reason == "TOO_LARGE")
        #expect(receipt["bytes"] == "1099511627776")
        #expect(shop.names(in: "quarantine/acme").count == 2)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a file that is a little too large is in the books, once`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try shop.add()
        let content = String(repeating: " ", count: 1_001)
        let receipt = try shop.drop(content, as: "large.json")
        #expect(receipt.reason == "TOO_LARGE")
        #expect(try shop.value("SELECT reason FROM files WHERE bytes = 1001") == "TOO_LARGE")
        #expect(try shop.drop(content, as: "large.json").reason == "TOO_LARGE")
        #expect(try shop.value("SELECT count(*) FROM files WHERE user_id = 'acme'") == 1)
        #expect(try shop.drop(content, as: "again.json")["status"] == "duplicate")
        #expect(try shop.value("SELECT count(*) FROM files WHERE user_id = 'acme'") == 2)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a stranger's file goes to quarantine`() throws {
        let shop = try Shop()
        for stranger in ["ghost", "Not A User"] {
            #expect(try shop.drop(order, by: stranger).reason == "UNKNOWN_USER")
            #expect(shop.names(in: "quarantine/\(stranger)").count == 2)
        }
    }

    @Test func `what is in quarantine, and why, nobody else may read`() throws {
        let shop = try Shop()
        try shop.add()
        #expect(try shop.drop("no JSON").reason == "BAD_JSON")
        #expect(shop.mode(of: "quarantine/acme") == 0o700)
        let names = shop.names(in: "quarantine/acme")
        let reason = try #require(names.first { $0.hasSuffix(".reason.json") })
        #expect(shop.mode(of: "quarantine/acme/\(reason)") == 0o600)
        #expect(shop.mode(of: "resellers/acme/outbox/orders.receipt.json") == 0o644)
    }

    @Test func `nobody becomes the desk by his directory's name`() throws {
        let shop = try Shop()
        shop.folder.write(#"{"users": [{"user": "me"}]}"#, to: "spool/resellers/desk/inbox/u.json")
        shop.touch("\(shop.spool)/resellers/desk/inbox/u.json", secondsAgo: 60)
        try shop.run()
        #expect(try shop.value("SELECT count(*) FROM users") == 0)
        #expect(shop.names(in: "resellers/desk/inbox") == ["u.json"])
    }

    @Test func `more files than are listed at once are all taken in one run`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0, max_files_per_commit: 7}")
        try shop.add()
        // With so many inboxes, 100 names of each are listed at once.
        for number in 1...500 {
            mkdir("\(shop.spool)/resellers/u\(number)", 0o755)
            mkdir("\(shop.spool)/resellers/u\(number)/inbox", 0o755)
        }
        for number in 1...230 { shop.put("{\"batch\": \"\(number)\"}", as: "\(number).json") }
        try shop.run()
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
        #expect(shop.names(in: "resellers/acme/outbox").count == 230)
    }

    @Test func `without room nothing is taken`() throws {
        let shop = try Shop()
        try shop.add()
        shop.put(order)
        let other = try Shop("intake: {min_free_bytes: 1099511627776}")
        other.put(order)
        let failure = try #require(throws: NoRoom.self) { try other.run() }
        #expect(failure.exitStatus == .ioFailed)
        #expect("\(failure)".contains("intake.min_free_bytes wants 1099511627776"))
        #expect(other.names(in: "resellers/acme/inbox") == ["orders.json"])
    }
}

@Suite struct ObstacleTests {
    /// What a reseller can do to his own outbox and inbox, given the name of a file he dropped.
    private static let tricks: [(what: String, script: String)] = [
        ("a directory where the receipt goes", "mkdir outbox/orders.receipt.json"),
        ("a link where the receipt goes", "ln -s /etc/passwd outbox/orders.receipt.json"),
        ("a pipe where the receipt goes", "mkfifo outbox/orders.receipt.json"),
        ("no outbox", "rmdir outbox"),
        ("a directory among his files", "mkdir inbox/a.json"),
        ("a pipe among his files", "mkfifo inbox/a.json"),
        ("a link among his files", "ln -s /etc/passwd inbox/a.json"),
        ("a second name of his file", "ln inbox/orders.json inbox/.kept"),
        ("a name with a line break", "echo {} > inbox/\"$(printf 'a\\nb')\".json"),
        ("a name that is no text", "echo {} > inbox/\"$(printf 'a\\377')\".json"),
        ("a long name", "echo {} > inbox/$(printf 'a%.0s' $(seq 250)).json"),
    ]

    @Test(arguments: tricks.indices)
    func `what a reseller does to his directories stops nobody else`(index: Int) throws {
        let (what, script) = Self.tricks[index]
        let shop = try Shop()
        try shop.add()
        try shop.add("zenith")
        shop.put(order)
        shop.put(order, by: "zenith")
        let trick = "cd '\(shop.spool)/resellers/acme' && \(script)"
        #expect(shellRun("\(trick) && touch -h -d @1795400000 inbox/*").status == 0)
        try shop.run()
        #expect(
            try shop.receipt(of: "orders.json", by: "zenith")["status"] == "accepted", "\(what)")
        #expect(bytes(at: "/etc/passwd").map { $0.isEmpty } == false)
        try shop.expectSound()
    }

    @Test func `a receipt that cannot be delivered waits, and its file with it`() throws {
        let other = try Shop()
        try other.add()
        let digest = try #require(try other.drop(order)["sha256"])
        let names = ["orders.receipt.json", "orders.\(digest.prefix(8)).receipt.json"]

        let shop = try Shop()
        try shop.add()
        shop.put(order)
        for name in names { mkdir("\(shop.spool)/resellers/acme/outbox/\(name)", 0o755) }
        #expect(try shop.run()["obstacles"] != .integer(0))
        #expect(shop.names(in: "resellers/acme/inbox") == ["orders.json"])

        for name in names { rmdir("\(shop.spool)/resellers/acme/outbox/\(name)") }
        #expect(try shop.run()["obstacles"] == .integer(0))
        #expect(try shop.receipt(of: "orders.json")["status"] == "accepted")
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
        #expect(try shop.value("SELECT count(*) FROM orders") == 1)
    }
}
