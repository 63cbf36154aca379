import Failures
import Glibc
import Run
import Settings
import Stage
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct InboxTests {
    @Test func `a file is taken once it has been still`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, settle_seconds: 30}")
        try house.add()
        let path = house.put(order)
        // The system's own time of change counts too, so the clock is a real one.
        house.now = house.changed(path).adding(seconds: 29)
        try house.ingest()
        #expect(house.names(in: "resellers/acme/outbox").isEmpty)
        house.now = house.now.adding(seconds: 2)
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
    }

    @Test func `a file name may end in capitals`() throws {
        let house = try House.stocked()
        try house.add()
        house.put(order, as: "A.JSON")
        try house.ingest()
        #expect(
            try Receipt(house.contents(of: "resellers/acme/outbox/A.receipt.json"))["status"]
                == "accepted")
    }

    @Test func `a file not named like a batch is left alone`() throws {
        let house = try House.stocked()
        try house.add()
        let names = [
            ".json", ".orders.json", "orders.json.PART", "orders.json.part", "orders.json~",
        ]
        for name in names { house.put(order, as: name) }
        try house.ingest()
        #expect(house.names(in: "resellers/acme/inbox") == names.sorted())
    }

    @Test func `a file that is too large is not read, and its receipt says so`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try house.add()
        let path = house.put("x", as: "sparse.json")
        truncate(path, 1 << 40)
        house.touch(path, secondsAgo: 60)
        try house.ingest()
        let receipt = try house.receipt(of: "sparse.json")
        #expect(receipt.reason == "TOO_LARGE")
        #expect(receipt["bytes"] == "1099511627776")
        #expect(house.names(in: "quarantine/acme").count == 2)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a file that is a little too large is in the books, once`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try house.add()
        let content = String(repeating: " ", count: 1_001)
        let receipt = try house.drop(content, as: "large.json")
        #expect(receipt.reason == "TOO_LARGE")
        #expect(try house.table("SELECT reason FROM files WHERE bytes = 1001") == ["TOO_LARGE"])
        #expect(try house.drop(content, as: "large.json").reason == "TOO_LARGE")
        #expect(try house.count("files WHERE user_id = 'acme'") == 1)
        #expect(try house.drop(content, as: "again.json")["status"] == "duplicate")
        #expect(try house.count("files WHERE user_id = 'acme'") == 2)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a file from an unknown user goes to quarantine`() throws {
        let house = try House.stocked()
        for stranger in ["ghost", "Not A User"] {
            #expect(try house.drop(order, by: stranger).reason == "UNKNOWN_USER")
            #expect(house.names(in: "quarantine/\(stranger)").count == 2)
        }
    }

    @Test func `only the owner may read what is in quarantine, and why`() throws {
        let house = try House.stocked()
        try house.add()
        #expect(try house.drop("no JSON").reason == "BAD_JSON")
        #expect(house.mode(of: "quarantine/acme") == 0o700)
        let names = house.names(in: "quarantine/acme")
        let reason = try #require(names.first { $0.hasSuffix(".reason.json") })
        #expect(house.mode(of: "quarantine/acme/\(reason)") == 0o600)
        #expect(house.mode(of: "resellers/acme/outbox/orders.receipt.json") == 0o644)
    }

    @Test func `no reseller becomes the desk by the name of a directory`() throws {
        let house = try House.stocked()
        house.folder.write(#"{"users": [{"user": "me"}]}"#, to: "spool/resellers/desk/inbox/u.json")
        house.touch("\(house.spool)/resellers/desk/inbox/u.json", secondsAgo: 60)
        try house.ingest()
        #expect(try house.count("users") == 0)
        #expect(house.names(in: "resellers/desk/inbox") == ["u.json"])
    }

    @Test func `more files than are listed at once are all taken in one run`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_files_per_commit: 7}")
        try house.add()
        // With so many inboxes, 100 names of each are listed at once.
        for number in 1...500 {
            mkdir("\(house.spool)/resellers/u\(number)", 0o755)
            mkdir("\(house.spool)/resellers/u\(number)/inbox", 0o755)
        }
        for number in 1...230 { house.put("{\"batch\": \"\(number)\"}", as: "\(number).json") }
        try house.ingest()
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
        #expect(house.names(in: "resellers/acme/outbox").count == 230)
    }

    @Test func `without free space nothing is taken`() throws {
        let house = try House.stocked()
        try house.add()
        house.put(order)
        let other = try House.stocked("intake: {min_free_bytes: 1099511627776}")
        other.put(order)
        let failure = try #require(throws: NoRoom.self) { try other.ingest() }
        #expect(failure.exitStatus == .ioFailed)
        #expect("\(failure)".contains("intake.min_free_bytes wants 1099511627776"))
        #expect(other.names(in: "resellers/acme/inbox") == ["orders.json"])
    }
}

@Suite struct ObstacleTests {
    /// What resellers can do to their own outbox and inbox, given the name of a file they dropped.
    private static let tricks: [(what: String, script: String)] = [
        ("a directory where the receipt goes", "mkdir outbox/orders.receipt.json"),
        ("a link where the receipt goes", "ln -s /etc/passwd outbox/orders.receipt.json"),
        ("a pipe where the receipt goes", "mkfifo outbox/orders.receipt.json"),
        ("no outbox", "rmdir outbox"),
        ("a directory among the files", "mkdir inbox/a.json"),
        ("a pipe among the files", "mkfifo inbox/a.json"),
        ("a link among the files", "ln -s /etc/passwd inbox/a.json"),
        ("a second name of the file", "ln inbox/orders.json inbox/.kept"),
        ("a name with a line break", "echo {} > inbox/\"$(printf 'a\\nb')\".json"),
        ("a name that is no text", "echo {} > inbox/\"$(printf 'a\\377')\".json"),
        ("a long name", "echo {} > inbox/$(printf 'a%.0s' $(seq 250)).json"),
    ]

    @Test(arguments: tricks.indices)
    func `a reseller who breaks their own directories stops nobody else`(index: Int) throws {
        let (what, script) = Self.tricks[index]
        let house = try House.stocked()
        try house.add()
        try house.add("zenith")
        house.put(order)
        house.put(order, by: "zenith")
        let trick = "cd '\(house.spool)/resellers/acme' && \(script)"
        #expect(shellRun("\(trick) && touch -h -d @1795400000 inbox/*").status == 0)
        try house.ingest()
        #expect(
            try house.receipt(of: "orders.json", by: "zenith")["status"] == "accepted", "\(what)")
        #expect(bytes(at: "/etc/passwd").map { $0.isEmpty } == false)
        try house.expectSound()
    }

    @Test func `a receipt that cannot be delivered waits, and so does its file`() throws {
        let other = try House.stocked()
        try other.add()
        let digest = try #require(try other.drop(order)["sha256"])
        let names = ["orders.receipt.json", "orders.\(digest.prefix(8)).receipt.json"]

        let house = try House.stocked()
        try house.add()
        house.put(order)
        for name in names { mkdir("\(house.spool)/resellers/acme/outbox/\(name)", 0o755) }
        #expect(try house.ingest()["obstacles"] != .integer(0))
        #expect(house.names(in: "resellers/acme/inbox") == ["orders.json"])

        for name in names { rmdir("\(house.spool)/resellers/acme/outbox/\(name)") }
        #expect(try house.ingest()["obstacles"] == .integer(0))
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
        #expect(try house.count("orders") == 1)
    }
}
