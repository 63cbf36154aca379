import TestHouse
import TestSupport
import Testing

@Suite struct OrderCallTests {
    @Test func `a batch is answered with its receipt, and once however often it comes`() throws {
        let door = try OpenDoor()
        let first = try door.ask("POST /v1/orders", batch("one"))
        #expect(first.status == 200, "\(first.text)")
        #expect(first["status"] == "accepted")
        #expect(first.field("idempotency-replayed") == nil)
        let again = try door.ask("POST /v1/orders", batch("one"))
        #expect(again.status == 200)
        #expect(again.body == first.body)
        #expect(again.field("idempotency-replayed") == "true")
        #expect(try door.house.count("orders") == 1)

        let reused = try door.ask("POST /v1/orders", batch("one", link: "https://example.com/b"))
        #expect(reused.status == 422)
        #expect(reused["reason"] == "BATCH_REUSED")
        let refused = try door.ask("POST /v1/orders", batch("two", service: 999))
        #expect(refused.status == 200)
        #expect(refused["status"] == "rejected")
        #expect(try door.house.findings() == [])
    }

    @Test func `an order is read by its number and by its ref`() throws {
        let door = try OpenDoor()
        #expect(try door.ask("POST /v1/orders", batch("one")).status == 200)
        #expect(try door.ask("POST /v1/orders", batch("two")).status == 200)
        let number = try #require(try door.house.orders(of: "acme").first)
        let order = try door.ask("GET /v1/orders/\(number)")
        #expect(order.status == 200)
        #expect(order["ref"] == "one-1")
        #expect(order["status"] == "Pending")
        #expect(order["charge"] == "2.000000")
        #expect(try door.ask("GET /v1/orders?ref=two-1").text.contains(#""ref":"two-1""#))
        #expect(try door.ask("GET /v1/orders?ref=none").text.contains(#""orders":[]"#))
        #expect(try door.ask("GET /v1/orders/999").status == 404)
        #expect(try door.ask("GET /v1/orders/x").status == 404)
    }

    @Test func `orders are listed a page at a time`() throws {
        let door = try OpenDoor()
        for number in 1...5 {
            #expect(try door.ask("POST /v1/orders", batch("b\(number)")).status == 200)
        }
        var refs: [String] = []
        var cursor = "0"
        for _ in 1...5 {
            let page = try door.ask("GET /v1/orders?limit=2&cursor=\(cursor)")
            refs += page.text.matches(of: /"ref":"([^"]+)"/).map { String($0.1) }
            guard let next = page["next_cursor"] else { break }
            cursor = next
        }
        #expect(refs == ["b1-1", "b2-1", "b3-1", "b4-1", "b5-1"])
        #expect(
            try door.ask("GET /v1/orders?state=Completed").text.contains(#""orders":[]"#))
        #expect(try door.ask("GET /v1/orders?state=done")["error.code"] == "bad_query")
        #expect(try door.ask("GET /v1/orders?ref=%-0")["error.code"] == "bad_query")
    }

    @Test func `a batch whose commit is late is withdrawn`() throws {
        let door = try OpenDoor(waitSeconds: 1, settings: "start_ingest: false")
        let late = try door.ask("POST /v1/orders", batch("late"))
        #expect(late.status == 503)
        #expect(late["error.code"] == "not_taken_in_time")
        #expect(late.field("retry-after") != nil)
        #expect(names(in: "\(door.house.spool)/doors/acme") == [])
    }

    @Test func `without room on the disk an order is turned away at once`() throws {
        let door = try OpenDoor(minFreeBytes: 1 << 40)
        let batch = try door.ask("POST /v1/orders", batch("one"))
        #expect(batch.status == 507)
        #expect(batch["error.code"] == "no_room")
        let order = try door.ask(
            "POST /api/v2",
            "key=\(door.key)&action=add&service=101&link=https://example.com/x&quantity=1000", [])
        #expect(order["error"]?.hasPrefix("Rate limit exceeded: nothing was done") == true)
        #expect(order.field("retry-after") != nil)
        let balance = try door.ask("POST /api/v2", "key=\(door.key)&action=balance", [])
        #expect(balance["balance"] != nil, "\(balance.text)")
        #expect(names(in: "\(door.house.spool)/doors/acme") == [])
    }

    @Test func `the API v2 places an order, and says how it stands`() throws {
        let door = try OpenDoor()
        let added = try door.ask(
            "POST /api/v2",
            "key=\(door.key)&action=add&service=101&link=https://example.com/x&quantity=1000", [])
        let order = try #require(added["order"], "\(added.text)")
        let status = try door.ask(
            "POST /api/v2", "key=\(door.key)&action=status&order=\(order)", [])
        #expect(status["status"] == "Pending")
        // Asked again, it may be the same call repeated.
        let second = try door.ask(
            "POST /api/v2",
            "key=\(door.key)&action=add&service=101&link=https://example.com/x&quantity=1000", [])
        #expect(second.status == 200)
        #expect(second["error"]?.contains("active order") == true)
        let wrong = try door.ask("POST /api/v2", "key=x&action=balance", [])
        #expect(wrong["error"] == "Invalid API key")
    }
}
