import TestSupport
import Testing
import Timestamps

@Suite struct ReceiptTests {
    private let batch = """
        {"batch": "2026-11-23/01", "orders": [
          {"ref": "A-1", "service": 101, "link": "https://a.example/1", "quantity": 750},
          {"ref": "A-2", "service": 101, "link": "https://a.example/2", "quantity": 7}],
         "deposits": [{"ref": "D-1", "method": "bank", "reference": "TX-889", "amount": "100"}]}
        """

    private let golden = """
        {
          "receipt": 1,
          "file": "orders.json",
          "sha256": "80f30021aaabe00cdbdbc74cd63ceb41d44b556692f202cc579d1d7063d68dca",
          "bytes": 290,
          "batch": "2026-11-23/01",
          "status": "partial",
          "reason": null,
          "received_at": "2026-11-23T10:00:00Z",
          "currency": "USD",
          "lines": {"received": 3, "accepted": 2, "rejected": 1},
          "charged": "0.900000",
          "balance": "0.000000",
          "orders": [
            {"line": 1, "ref": "A-1", "status": "accepted", "order": 1, "charge": "0.900000"},
            {"line": 2, "ref": "A-2", "status": "rejected", "code": "INSUFFICIENT_FUNDS", \
        "detail": "the order costs 0.008400, 0.000000 is available; nothing was charged"}
          ],
          "refills": [],
          "cancels": [],
          "deposits": [
            {"line": 1, "ref": "D-1", "status": "pending"}
          ],
          "withdrawals": []
        }

        """

    @Test func `a receipt says to the byte what became of the file`() throws {
        let shop = try Shop()
        try shop.add(funds: "0.90")
        _ = try shop.drop(batch)
        let receipt = try shop.contents(of: "resellers/acme/outbox/orders.receipt.json")
        #expect(String(decoding: receipt, as: UTF8.self) == golden)
    }

    @Test func `a receipt that was lost is written again, to the byte`() throws {
        let shop = try Shop()
        try shop.add()
        let receipt = "resellers/acme/outbox/orders.receipt.json"
        _ = try shop.drop(batch)
        let before = try shop.contents(of: receipt)

        // As after a crash between the commit and the receipt.
        shop.remove(receipt)
        shop.put(batch)
        shop.now = shop.now.adding(seconds: 90)
        try shop.run()
        #expect(try shop.contents(of: receipt) == before)
        #expect(try shop.value("SELECT count(*) FROM orders") == 2)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a copy whose original is gone gets the receipt of its name`() throws {
        let shop = try Shop()
        try shop.add()
        let digest = try #require(try shop.drop(batch)["sha256"])
        let receipt = "resellers/acme/outbox/orders.receipt.json"
        let before = try shop.contents(of: receipt)

        // As after a crash in the middle, and the reseller took his file back.
        shop.remove(receipt)
        shop.move("archive/2026-11-23/acme/\(digest)-orders.json", to: "work/acme/\(digest)")
        try shop.run()
        #expect(try shop.contents(of: receipt) == before)
        #expect(shop.names(in: "resellers/acme/outbox") == ["orders.receipt.json"])
        #expect(shop.names(in: "archive/2026-11-23/acme") == ["\(digest)-orders.json"])
        #expect(shop.names(in: "work/acme").isEmpty)
    }

    @Test func `a copy nobody knows has its effect under the name of its digest`() throws {
        let shop = try Shop()
        try shop.add()
        // The digest is the spool's word; it is not computed again.
        let digest = String(repeating: "5", count: 64)
        shop.folder.write(batch, to: "spool/work/acme/\(digest)")
        try shop.run()
        #expect(try shop.receipt(of: "\(digest).json")["status"] == "accepted")
        #expect(shop.names(in: "archive/2026-11-23/acme") == ["\(digest)-\(digest).json"])
    }

    @Test func `the newest receipt has the plain name, also of bytes that are known`() throws {
        let shop = try Shop()
        try shop.add()
        func drop(_ text: String) throws {
            shop.put(text)
            try shop.run()
        }
        try drop("no JSON")
        let first = try #require(try shop.receipt(of: "orders.json")["sha256"])
        try drop("{}")
        let second = try shop.receipt(of: "orders.json")
        #expect(second["status"] == "accepted")
        #expect(
            shop.names(in: "resellers/acme/outbox")
                == ["orders.\(first.prefix(8)).receipt.json", "orders.receipt.json"])
        try drop("no JSON")
        #expect(try shop.receipt(of: "orders.json").reason == "BAD_JSON")
        let names = shop.names(in: "resellers/acme/outbox")
        #expect(
            names == ["orders.\(second["sha256"]!.prefix(8)).receipt.json", "orders.receipt.json"])
        #expect(
            try shop.receipt(of: String(names[0].dropLast(".receipt.json".count)) + ".json")[
                "status"] == "accepted")
    }

    @Test func `of two files with one receipt's name the later in order has it`() throws {
        let shop = try Shop()
        try shop.add()
        shop.put("{}", as: "orders.JSON")
        shop.put("{ }", as: "orders.json")
        try shop.run()
        #expect(try shop.receipt(of: "orders.json")["file"] == "orders.json")
        #expect(shop.names(in: "resellers/acme/outbox").count == 2)
    }

    @Test func `the same bytes under another name are a duplicate, every time`() throws {
        let shop = try Shop()
        try shop.add()
        let first = try shop.drop(batch)
        for name in ["copy.json", "copy.json", "third.json"] {
            let copy = try shop.drop(batch, as: name)
            #expect(copy["status"] == "duplicate")
            #expect(copy["duplicate_of"] == "orders.json")
            #expect(copy["charged"] == "0.000000")
        }
        #expect(try shop.value("SELECT count(*) FROM orders") == 2)
        #expect(
            shop.names(in: "archive/2026-11-23/acme")
                == ["copy", "orders", "third"].map { "\(first["sha256"]!)-\($0).json" })
        try shop.add("zenith")
        #expect(try shop.drop(batch, by: "zenith")["status"] == "accepted")
    }

    @Test func `twins in one run are one effect and two receipts`() throws {
        let shop = try Shop()
        try shop.add()
        let names = (1...40).map { "\($0).json" }
        for name in names { shop.put(batch, as: name) }
        try shop.run()
        let statuses = try names.map { try shop.receipt(of: $0)["status"] }
        #expect(statuses.filter { $0 == "accepted" }.count == 1)
        #expect(statuses.filter { $0 == "duplicate" }.count == 39)
        #expect(try shop.value("SELECT count(*) FROM orders") == 2)
        #expect(shop.names(in: "resellers/acme/inbox").isEmpty)
        try shop.expectSound()
    }
}
