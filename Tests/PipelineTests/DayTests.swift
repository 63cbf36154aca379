import TestHouse
import TestSupport
import Testing

@Suite(.serialized) struct DayTests {
    /// 101 costs 0.90 a thousand and is sold at 1.08.
    private func order(_ ref: String, _ link: String, quantity: Int = 1_000) -> String {
        #"{"ref": "\#(ref)", "service": 101, "link": "https://a.example/\#(link)", "#
            + #""quantity": \#(quantity)}"#
    }

    @Test func `a day with two resellers ends with every order and every cent accounted for`()
        throws
    {
        let works = try Works(sandbox: "--speed 0")
        try works.drop(
            """
            "batch": "day", "count": 9, "orders": [\(order("A-1", "plain")), \
            \(order("A-2", "sandbox-partial")), \(order("A-3", "sandbox-cancel")), \
            \(order("A-4", "sandbox-refuse-link")), \(order("A-5", "sandbox-500-after")), \
            \(order("A-6", "sandbox-500-before")), \(order("A-7", "few", quantity: 1))],
            "deposits": [{"ref": "D-1", "method": "bank", "reference": "TX-3", "amount": "50.00"}],
            "withdrawals": [{"ref": "W-1", "amount": "20.00", "to": "IBAN 1"}]
            """, for: "acme")
        try works.drop(
            #""orders": [\#(order("Z-1", "zenith-1")), \#(order("Z-2", "zenith-2"))]"#,
            for: "zenith")
        try works.done("ingest")
        let second = try works.order("Z-2")
        try works.drop(#""cancels": [{"ref": "C-1", "order": \#(second)}]"#, for: "zenith")
        try works.done("ingest")
        try works.done("dispatch")
        #expect(
            try works.endings() == [
                "A-1|placed|0", "A-2|placed|0", "A-3|placed|0", "A-4|refused|1080000",
                "A-5|in_doubt|0", "A-6|in_doubt|0", "Z-1|placed|0", "Z-2|canceled|1080000",
            ])

        try works.decideDoubts()
        try works.done("ingest")
        try works.done("poll statuses")
        try works.done("dispatch")
        let sixth = try works.order("A-6")
        #expect(try works.doubts().map { "\($0.order)" } == [sixth])
        try works.desk(
            #"""
            "decisions": [{"order": \#(sixth), "outcome": "refund"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "TX-3", "amount": "50"}],
            "withdrawals": [{"user": "acme", "ref": "W-1", "outcome": "paid", "reference": "TX-9"}]
            """#)
        try works.done("ingest")
        try works.sandbox.advance(seconds: 100)
        works.wait()
        try works.done("poll")

        #expect(
            try works.endings() == [
                "A-1|completed|0", "A-2|partial|432000", "A-3|canceled|1080000",
                "A-4|refused|1080000", "A-5|completed|0", "A-6|refused|1080000", "Z-1|completed|0",
                "Z-2|canceled|1080000",
            ])
        // 100 + 50 − 20, and three orders, one of which gave 40 % back; 100 − one order.
        #expect(
            try works.table(
                "SELECT user_id, name, balance FROM wallets WHERE user_id IS NOT NULL ORDER BY 1, 2"
            )
                == [
                    "acme|available|127192000", "acme|held|0", "zenith|available|98920000",
                    "zenith|held|0",
                ])
        // 20.00 less 1 % were paid out; then come the revenue and the provider's part of it.
        #expect(
            try works.table(
                "SELECT name, balance FROM wallets WHERE user_id IS NULL AND balance <> 0 ORDER "
                    + "BY 1"
            )
                == [
                    "deposits|-250000000", "fees|200000", "float|-3240000", "payouts|19800000",
                    "revenue|3888000", "spent|3240000",
                ])
        let counts = try works.sandbox.counts()
        #expect(counts.count == 7)
        for (link, count) in counts {
            let isPlaced = !link.contains("refuse") && !link.contains("before")
            #expect(count.placed == (isPlaced ? 1 : 0), "\(link)")
            #expect(count.received == (link.contains("before") ? 2 : 1), "\(link)")
        }
        #expect(try works.findings() == [])
        try works.done("report")
        try works.done("report audit")
        let report = bytes(at: "\(works.path)/reports/latest/orders.csv") ?? []
        #expect(report.count { $0 == UInt8(ascii: "\n") } == 1 + 8, "a header, and every order")
        for user in ["acme", "zenith"] { try works.expectStatusFilesComplete(for: user) }
    }
}
