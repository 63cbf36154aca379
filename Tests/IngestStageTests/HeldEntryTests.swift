import Glibc
import Run
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct HeldEntryTests {
    @Test(arguments: ["too large", "empty", "a FIFO", "a hard link"])
    func `a file that replaces a quarantined one is not quarantined with it`(what: String) throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try house.add()
        let path = house.put(what == "too large" ? String(repeating: " ", count: 1_001) : "")
        if what == "a FIFO" { #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0) }
        if what == "a hard link" { #expect(link(path, "\(path)~") == 0) }
        // The wait for an upload to finish is counted from when the file was made: now.
        house.now = Timestamp(milliseconds: 4_102_444_800_000)
        house.touch(path, secondsAgo: 3_600)
        let better = house.put(order, as: "better.json.part")
        let looks = Mutex(0)
        // First it judges the file; then it says when it refused it, which comes before it acts.
        try house.ingest {
            let look = looks.withLock {
                $0 += 1
                return $0
            }
            if look == 2 { #expect(rename(better, path) == 0) }
        }
        #expect(looks.withLock(\.self) >= 2)
        #expect(house.names(in: "resellers/acme/inbox").contains("orders.json"))
        #expect(house.names(in: "quarantine/acme").count == 2)
        try house.ingest()
        #expect(try house.count("orders") == 1)
        #expect(!house.names(in: "resellers/acme/inbox").contains("orders.json"))
        #expect(house.names(in: "resellers/acme/outbox").count == 2)
    }

    @Test func `a file held by a run that died is taken by the next run`() throws {
        let house = try House.stocked()
        try house.add()
        #expect(try house.drop(#"{"batch": "before"}"#, as: "before.json")["status"] == "accepted")
        house.put(order)
        house.move("resellers/acme/inbox/orders.json", to: "work/acme/orders.json")
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["status"] == "accepted")
        #expect(house.names(in: "work/acme").isEmpty)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a file held by a run that died and a newer one of its name are both taken`() throws
    {
        let house = try House.stocked()
        try house.add()
        #expect(try house.drop(#"{"batch": "before"}"#, as: "before.json")["status"] == "accepted")
        house.put(order)
        house.move("resellers/acme/inbox/orders.json", to: "work/acme/orders.json")
        house.put(#"{"batch": "newer"}"#)
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["batch"] == "newer")
        #expect(try house.receipt(of: "orders~2.json")["status"] == "accepted")
        #expect(try house.count("orders") == 1)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a file that cannot be quarantined is put back in the inbox`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try house.add()
        house.put(String(repeating: " ", count: 1_001))
        try house.ingest()
        let receipt = try #require(house.names(in: "resellers/acme/outbox").first)
        house.remove("resellers/acme/outbox/\(receipt)")
        mkdir("\(house.spool)/resellers/acme/outbox/\(receipt)", 0o755)
        let digest = try #require(house.names(in: "quarantine/acme").first?.prefix(8))
        mkdir("\(house.spool)/resellers/acme/outbox/orders.\(digest).receipt.json", 0o755)
        house.put(String(repeating: " ", count: 1_001))
        #expect(try house.ingest()["obstacles"] != .integer(0))
        #expect(house.names(in: "resellers/acme/inbox") == ["orders.json"])
        #expect(house.names(in: "work/acme").isEmpty)
    }
}
