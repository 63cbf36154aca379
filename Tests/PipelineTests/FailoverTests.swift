import TestHouse
import TestSupport
import Testing

/// Another provider serves what the first does not take, and every report says so.
@Suite struct FailoverTests {
    @Test func `orders move on to a provider that serves them, at the price they had`()
        throws
    {
        let works = try Works(
            [
                SandboxSupplier("alpha", "--speed 0"),
                SandboxSupplier("bravo", "--speed 0", currency: "EUR"),
                SandboxSupplier("broke", "--speed 0 --balance 0"),
            ],
            also: """
                exchange_rates: {EUR: "1.08"}
                catalogue:
                  services:
                  - {provider: broke, service: "101", backups: [{provider: bravo, service: "101"}]}
                  - {provider: alpha, service: "101", backups: [{provider: bravo, service: "101"}]}
                """)
        try works.desk(
            """
            "topups": [\(["alpha", "bravo"].map {
                #"{"provider": "\#($0)", "amount": "1000", "reference": "TX-\#($0)"}"#
            }.joined(separator: ","))]
            """)
        try works.done("ingest")
        let broke = try works.service(101, of: "broke")
        let alpha = try works.service(101, of: "alpha")
        // Alone: bravo's service is withheld once it has refused "unknown" because of that.
        try works.drop(
            """
            "orders": [{"ref": "paused", "service": \(broke), "quantity": 1000,
                        "link": "https://a.example/1"}]
            """, for: "acme")
        try works.done("ingest", "dispatch")
        try works.drop(
            """
            "orders": [
              {"ref": "refused", "service": \(alpha), "quantity": 1000,
               "link": "https://a.example/sandbox-refuse-link"},
              {"ref": "unknown", "service": \(alpha), "quantity": 1000,
               "link": "https://a.example/sandbox-refuse-service"},
              {"ref": "lost", "service": \(alpha), "quantity": 1000,
               "link": "https://a.example/sandbox-500-after"}]
            """, for: "acme")
        try works.done("ingest")
        try works.done("dispatch")
        // The sandboxes refuse by the link's words, so bravo does too.
        let orders = try works.table(
            """
            SELECT o.ref, o.state, p.name, o.charge, o.cost FROM orders o
                JOIN providers p ON p.id = o.provider_id ORDER BY o.id
            """)
        #expect(
            orders == [
                "paused|placed|bravo|1080000|972000", "refused|refused|bravo|1080000|0",
                "unknown|refused|bravo|1080000|0", "lost|in_doubt|alpha|1080000|0",
            ])
        let counts = try works.sandboxes["bravo"]!.counts()
        #expect(counts["https://a.example/sandbox-500-after"] == nil)
        #expect(counts["https://a.example/1"] == .init(received: 1, placed: 1))
        try works.expectReportsTrue()
        #expect(
            try works.report("orders").map { [$0[3], $0[13], $0[9]] }.first
                == [broke, "bravo", "0.000000"])
        #expect(
            try works.report("by-provider").map { Array($0.prefix(2)) }
                == [["alpha", "1"], ["bravo", "3"]])
        let providers = try works.report("providers")
        #expect(providers.map { $0[1] } == ["active", "active", "paused"])
        #expect(providers[2][10] != "" && providers[2][11].contains("funds"))
        #expect(
            Set(try works.report("exceptions").map { $0[1] + $0[3] })
                == ["service_refusedalpha", "service_refusedbravo"])
        #expect(works.run("admin status").output.contains("2 WAIT FOR admin release"))

        for sandbox in works.sandboxes.values { try sandbox.advance(seconds: 1_000_000) }
        works.wait()
        try works.done("poll")
        #expect(try works.table("SELECT state FROM orders WHERE ref = 'paused'") == ["completed"])
        try works.done("poll balances")
        try works.expectReportsTrue()
        let drifts = try works.report("providers").filter { $0[0] == "bravo" }.map { $0[4] }
        #expect(drifts == ["0.000000"])
        #expect(try works.findings() == [])
        try works.expectStatusFilesComplete(for: "acme")
    }
}
