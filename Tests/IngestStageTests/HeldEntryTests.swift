import Glibc
import Run
import Synchronization
import TestSupport
import Testing
import Timestamps

private let order = #"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#

@Suite struct HeldEntryTests {
    @Test(arguments: ["too large", "empty", "a FIFO", "a hard link"])
    func `a file that replaces what is put aside is not put aside with it`(what: String) throws {
        let shop = try Shop("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try shop.add()
        let path = shop.put(what == "too large" ? String(repeating: " ", count: 1_001) : "")
        if what == "a FIFO" { #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0) }
        if what == "a hard link" { #expect(link(path, "\(path)~") == 0) }
        // Patience with what may still be written is counted from when the file was made: now.
        shop.now = Timestamp(milliseconds: 4_102_444_800_000)
        shop.touch(path, secondsAgo: 3_600)
        let better = shop.put(order, as: "better.json.part")
        let looks = Mutex(0)
        // First it judges the file; then it says when it refused it, which comes before it acts.
        try shop.run {
            let look = looks.withLock {
                $0 += 1
                return $0
            }
            if look == 2 { #expect(rename(better, path) == 0) }
        }
        #expect(looks.withLock(\.self) >= 2)
        #expect(shop.names(in: "resellers/acme/inbox").contains("orders.json"))
        #expect(shop.names(in: "quarantine/acme").count == 2)
        try shop.run()
        #expect(try shop.value("SELECT count(*) FROM orders") == 1)
        #expect(!shop.names(in: "resellers/acme/inbox").contains("orders.json"))
        #expect(shop.names(in: "resellers/acme/outbox").count == 2)
    }

    @Test func `what a run that died held is taken by the next`() throws {
        let shop = try Shop()
        try shop.add()
        #expect(try shop.drop(#"{"batch": "before"}"#, as: "before.json")["status"] == "accepted")
        shop.put(order)
        shop.move("resellers/acme/inbox/orders.json", to: "work/acme/orders.json")
        try shop.run()
        #expect(try shop.receipt(of: "orders.json")["status"] == "accepted")
        #expect(shop.names(in: "work/acme").isEmpty)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `what a run that died held, and a newer file of its name, are both taken`() throws {
        let shop = try Shop()
        try shop.add()
        #expect(try shop.drop(#"{"batch": "before"}"#, as: "before.json")["status"] == "accepted")
        shop.put(order)
        shop.move("resellers/acme/inbox/orders.json", to: "work/acme/orders.json")
        shop.put(#"{"batch": "newer"}"#)
        try shop.run()
        #expect(try shop.receipt(of: "orders.json")["batch"] == "newer")
        #expect(try shop.receipt(of: "orders~2.json")["status"] == "accepted")
        #expect(try shop.value("SELECT count(*) FROM orders") == 1)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `what cannot be put aside is back in the inbox`() throws {
        let shop = try Shop("intake: {min_free_bytes: 0, max_file_bytes: 1000}")
        try shop.add()
        shop.put(String(repeating: " ", count: 1_001))
        try shop.run()
        let receipt = try #require(shop.names(in: "resellers/acme/outbox").first)
        shop.remove("resellers/acme/outbox/\(receipt)")
        mkdir("\(shop.spool)/resellers/acme/outbox/\(receipt)", 0o755)
        let digest = try #require(shop.names(in: "quarantine/acme").first?.prefix(8))
        mkdir("\(shop.spool)/resellers/acme/outbox/orders.\(digest).receipt.json", 0o755)
        shop.put(String(repeating: " ", count: 1_001))
        #expect(try shop.run()["obstacles"] != .integer(0))
        #expect(shop.names(in: "resellers/acme/inbox") == ["orders.json"])
        #expect(shop.names(in: "work/acme").isEmpty)
    }
}
