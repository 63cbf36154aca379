import TestHouse
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

    @Test func `a receipt is exact to the byte`() throws {
        let house = try House.stocked()
        try house.add(funds: "0.90")
        _ = try house.drop(batch)
        let receipt = try house.contents(of: "resellers/acme/outbox/orders.receipt.json")
        #expect(String(decoding: receipt, as: UTF8.self) == golden)
    }

    @Test func `a lost receipt is written again, byte for byte`() throws {
        let house = try House.stocked()
        try house.add()
        let receipt = "resellers/acme/outbox/orders.receipt.json"
        _ = try house.drop(batch)
        let before = try house.contents(of: receipt)

        // As after a crash between the commit and the receipt.
        house.remove(receipt)
        house.put(batch)
        house.now = house.now.adding(seconds: 90)
        try house.ingest()
        #expect(try house.contents(of: receipt) == before)
        #expect(try house.count("orders") == 2)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    }

    @Test func `a copy in work without its original gets the receipt of its name`() throws {
        let house = try House.stocked()
        try house.add()
        let digest = try #require(try house.drop(batch)["sha256"])
        let receipt = "resellers/acme/outbox/orders.receipt.json"
        let before = try house.contents(of: receipt)

        // As after a crash in the middle, when the reseller took the file back.
        house.remove(receipt)
        house.move("archive/2026-11-23/acme/\(digest)-orders.json", to: "work/acme/\(digest)")
        try house.ingest()
        #expect(try house.contents(of: receipt) == before)
        #expect(house.names(in: "resellers/acme/outbox") == ["orders.receipt.json"])
        #expect(
            house.names(in: "archive/2026-11-23/acme") == [
                "\(digest)-orders.json", "\(digest).receipt.json",
            ])
        #expect(house.names(in: "work/acme").isEmpty)
    }

    @Test func `an unknown copy in work takes effect under its digest as a name`() throws {
        let house = try House.stocked()
        try house.add()
        // The digest is the spool's word; it is not computed again.
        let digest = String(repeating: "5", count: 64)
        house.folder.write(batch, to: "spool/work/acme/\(digest)")
        try house.ingest()
        #expect(try house.receipt(of: "\(digest).json")["status"] == "accepted")
        #expect(
            house.names(in: "archive/2026-11-23/acme") == [
                "\(digest)-\(digest).json", "\(digest).receipt.json",
            ])
    }

    @Test func `the newest receipt has the plain name, even for known bytes`() throws {
        let house = try House.stocked()
        try house.add()
        func drop(_ text: String) throws {
            house.put(text)
            try house.ingest()
        }
        try drop("no JSON")
        let first = try #require(try house.receipt(of: "orders.json")["sha256"])
        try drop("{}")
        let second = try house.receipt(of: "orders.json")
        #expect(second["status"] == "accepted")
        #expect(
            house.names(in: "resellers/acme/outbox")
                == ["orders.\(first.prefix(8)).receipt.json", "orders.receipt.json"])
        try drop("no JSON")
        #expect(try house.receipt(of: "orders.json").reason == "BAD_JSON")
        let names = house.names(in: "resellers/acme/outbox")
        #expect(
            names == ["orders.\(second["sha256"]!.prefix(8)).receipt.json", "orders.receipt.json"])
        #expect(
            try house.receipt(of: String(names[0].dropLast(".receipt.json".count)) + ".json")[
                "status"] == "accepted")
    }

    @Test func `of two files with the same receipt name, the later one gets it`() throws {
        let house = try House.stocked()
        try house.add()
        house.put("{}", as: "orders.JSON")
        house.put("{ }", as: "orders.json")
        try house.ingest()
        #expect(try house.receipt(of: "orders.json")["file"] == "orders.json")
        #expect(house.names(in: "resellers/acme/outbox").count == 2)
    }

    @Test func `the same bytes under another name are always a duplicate`() throws {
        let house = try House.stocked()
        try house.add()
        let first = try house.drop(batch)
        for name in ["copy.json", "copy.json", "third.json"] {
            let copy = try house.drop(batch, as: name)
            #expect(copy["status"] == "duplicate")
            #expect(copy["duplicate_of"] == "orders.json")
            #expect(copy["charged"] == "0.000000")
        }
        #expect(try house.count("orders") == 2)
        #expect(
            house.names(in: "archive/2026-11-23/acme")
                == ["-copy.json", "-orders.json", "-third.json", ".receipt.json"]
                .map { "\(first["sha256"]!)\($0)" })
        try house.add("zenith")
        #expect(try house.drop(batch, by: "zenith")["status"] == "accepted")
    }

    @Test func `the receipt of orders stays in the archive, whatever becomes of it in the outbox`()
        throws
    {
        let house = try House.stocked()
        try house.add()
        let digest = try #require(try house.drop(batch)["sha256"])
        let receipt = try house.contents(of: "resellers/acme/outbox/orders.receipt.json")
        house.remove("resellers/acme/outbox/orders.receipt.json")
        let archive = "archive/2026-11-23/acme"
        #expect(try house.contents(of: "\(archive)/\(digest).receipt.json") == receipt)
        // A file that made no order needs none.
        _ = try house.drop(#"{"orders": []}"#, as: "none.json")
        #expect(house.names(in: archive).count { $0.hasSuffix(".receipt.json") } == 1)
    }

    @Test func `identical files in one run have one effect and two receipts`() throws {
        let house = try House.stocked()
        try house.add()
        let names = (1...40).map { "\($0).json" }
        for name in names { house.put(batch, as: name) }
        try house.ingest()
        let statuses = try names.map { try house.receipt(of: $0)["status"] }
        #expect(statuses.filter { $0 == "accepted" }.count == 1)
        #expect(statuses.filter { $0 == "duplicate" }.count == 39)
        #expect(try house.count("orders") == 2)
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
        try house.expectSound()
    }
}
