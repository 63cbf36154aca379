import TestHouse
import TestSupport
import Testing

/// A house that buys from another house of ours, by API v2: what the seller answers is what the
/// buyer understands, and both keep the same books.
@Suite struct ResaleTests {
    @Test func `a house that buys from a house of ours has the same books as its seller`() throws {
        let shop = try Works(sandbox: "--speed 0")
        let upload = try UploadProcess(shop)
        let buyer = try Works(buyingFrom: upload, as: "zenith", of: shop)

        let service = { (place: String) in try buyer.service(shop.service(place)) }
        try buyer.drop(
            """
            "orders": [
              {"ref": "done", "service": \(service("101")), "link": "https://a.example/1",
               "quantity": 1000},
              {"ref": "part", "service": \(service("101")),
               "link": "https://a.example/sandbox-partial", "quantity": 500},
              {"ref": "none", "service": \(service("101")),
               "link": "https://a.example/sandbox-cancel", "quantity": 300},
              {"ref": "drip", "service": \(service("101")), "link": "https://a.example/2",
               "quantity": 100, "runs": 3, "interval": 10},
              {"ref": "words", "service": \(service("106")), "link": "https://a.example/3",
               "comments": ["One", "two & three", "100%"]},
              {"ref": "pack", "service": \(service("105")), "link": "https://a.example/4"},
              {"ref": "poll", "service": \(service("302")), "link": "https://a.example/5",
               "quantity": 50, "answer_number": 2},
              {"ref": "posts", "service": \(service("120")), "username": "acme", "min": 10,
               "max": 20, "posts": 3, "delay": 0} ]
            """)
        try buyer.done("ingest", "dispatch")
        #expect(try buyer.states() == ["placed|8"])
        #expect(try shop.orders(of: "zenith").count == 8)

        for _ in 1...20 where try buyer.openOrders() > 0 {
            try shop.done("dispatch")
            try shop.sandbox.advance(seconds: 100_000)
            shop.wait()
            try shop.done("poll")
            try buyer.hasten()
            try buyer.done("poll statuses")
        }
        #expect(try buyer.openOrders() == 0)

        // The buyer's cost of each order is what the seller earned with it.
        let cost = try buyer.table(
            "SELECT provider_order, state, cost FROM orders ORDER BY provider_order + 0")
        let sale = try shop.table(
            """
            SELECT id, state, charge - refunded FROM orders WHERE user_id = 'zenith' ORDER BY id
            """)
        #expect(cost == sale)
        #expect(Set(try buyer.orderStates()) == ["completed", "partial", "canceled"])
        #expect(try buyer.exceptionKinds() == [])
        try buyer.done("poll balances")
        let left = try shop.balance(of: "zenith")
        #expect(try buyer.providerBalances() == ["\(left)"])
        for works in [shop, buyer] { #expect(try works.findings() == []) }
    }

    @Test func `refills and cancels go through to the seller, and come back`() throws {
        let shop = try Works(sandbox: "--speed 0")
        let upload = try UploadProcess(shop)
        let buyer = try Works(buyingFrom: upload, as: "zenith", of: shop)
        let service = try buyer.service(shop.service("101"))
        try buyer.drop(
            """
            "orders": [
              {"ref": "a", "service": \(service), "link": "https://a.example/1", "quantity": 100},
              {"ref": "b", "service": \(service), "link": "https://a.example/2", "quantity": 100}]
            """)
        try buyer.done("ingest", "dispatch")
        let orders = try buyer.orders(of: "acme")
        // The seller has not sent it yet.
        try buyer.drop(#""cancels": [{"order": \#(orders[1])}]"#)
        try buyer.done("ingest", "dispatch")
        // They were sent at the same time, so either may have come first.
        #expect(
            try shop.table("SELECT state FROM orders ORDER BY link") == ["accepted", "canceled"])
        try shop.done("dispatch")
        try shop.sandbox.advance(seconds: 100_000)
        shop.wait()
        try shop.done("poll")
        try buyer.hasten()
        try buyer.done("poll statuses")
        #expect(try buyer.refunds().map { $0.prefix { $0 != "|" } } == ["completed", "canceled"])

        try buyer.drop(#""refills": [{"ref": "R", "order": \#(orders[0])}]"#)
        try buyer.done("ingest", "dispatch")
        #expect(try shop.count("requests WHERE kind = 'refill'") == 1)
        try shop.done("dispatch")
        try shop.sandbox.advance(seconds: 100_000)
        try shop.hasten()
        try shop.done("poll")
        try buyer.hasten()
        try buyer.done("poll")
        #expect(
            try buyer.table("SELECT status FROM requests WHERE ref = 'R'") == ["Completed"])
        for works in [shop, buyer] { #expect(try works.findings() == []) }
    }

    @Test func `a repeated call never buys twice`() throws {
        let shop = try Works(sandbox: "--speed 0")
        let upload = try UploadProcess(shop)
        let key = try shop.key(of: "acme")
        let service = try shop.service("101")
        func add(_ more: String...) -> String {
            let fields = ["key=\(key)", "action=add", "service=\(service)", "quantity=100"] + more
            return upload.call(fields)
        }
        let first = add("link=https://a.example/1", "ref=A-1")
        #expect(first.hasPrefix(#"{"order":"#))
        #expect(add("link=https://a.example/1", "ref=A-1") == first)
        #expect(add("link=https://a.example/9", "ref=A-1").contains("ref has another order"))
        // Without a ref, the open order stands in its way.
        #expect(add("link=https://a.example/1").contains("You have active order with this link"))
        // With another, a second one is what was asked for.
        #expect(add("link=https://a.example/1", "ref=A-2").hasPrefix(#"{"order":"#))
        #expect(add("link=https://a.example/2").hasPrefix(#"{"order":"#))
        #expect(add("link=https://a.example/2").contains("You have active order with this link"))
        #expect(try shop.count("orders") == 3)
        #expect(upload.call("key=smg_wrong", "action=balance").contains("Invalid API key"))
        #expect(upload.call("key=\(key)", "refill=1").contains("Incorrect request"))
        #expect(try shop.findings() == [])
    }
}

extension Works {
    /// Works whose only provider is another house of ours, which knows it as a user with money.
    fileprivate convenience init(
        buyingFrom upload: UploadProcess, as user: String, of shop: Works
    ) throws {
        self.init()
        try configure([.unpaused("shop", url: "\(upload.url)/api/v2")])
        let key = try shop.key(of: user)
        try configure("{file: \"\(write(key, to: "key"))\"}", insteadOf: "{env: SANDBOX_KEY}")
        try desk(
            #"""
            "users": [{"user": "acme"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "TX-1", "amount": "90"}]
            """#)
        try done("ingest", "poll catalogue")
        try desk(#""topups": [{"provider": "shop", "amount": "100", "reference": "TX-1"}]"#)
        try done("ingest")
    }

    /// A new key of a user.
    fileprivate func key(of user: String) throws -> String {
        let issued = run("admin key issue \(user)")
        guard issued.status == 0 else { throw WorldFailure("no key: \(issued.text)") }
        return issued.output
    }

    /// Our number of the service that our provider calls `id`.
    fileprivate func service(_ id: String) throws -> String {
        try #require(
            try table("SELECT id FROM services WHERE provider_service = '\(id)'").first,
            "\(id) is not in the catalogue")
    }
}
