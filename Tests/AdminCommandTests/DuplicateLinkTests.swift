import TestHouse
import TestSupport
import Testing

/// What a batch says about links of open orders, from its file to the provider: the stricter of it
/// and the settings holds (contract.md §4).
@Suite struct DuplicateLinkTests {
    private let panel = ObligingPanel()

    /// Works with these settings, in which an order for `l` is open.
    private func works(_ policy: String) throws -> Works {
        let works = try Works(buyingFrom: panel)
        try works.configure("duplicate_links: \(policy)\nspool:", insteadOf: "spool:")
        try works.open()
        try works.drop(#""orders": [\#(Self.order("first"))]"#)
        try works.done("ingest", "dispatch")
        #expect(panel.links == ["l"])
        return works
    }

    private static func order(_ ref: String) -> String {
        #"{"ref": "\#(ref)", "service": 101, "link": "l", "quantity": 1000}"#
    }

    @Test(arguments: [
        ("allow", "reject"), ("wait", "reject"), ("reject", "wait"), ("reject", "allow"),
    ])
    func `a second order is refused if the batch or the settings want it`(
        policy: String, wish: String
    ) throws {
        let works = try works(policy)
        let receipt = try works.drop(
            #""duplicate_links": "\#(wish)", "orders": [\#(Self.order("second"))]"#)
        try works.done("ingest", "dispatch")
        let text = try works.read("\(works.spool)/resellers/acme/outbox/\(receipt)")
        #expect(text.contains("DUPLICATE_LINK"), "\(text)")
        #expect(panel.links == ["l"])
    }

    @Test(arguments: [("allow", "wait"), ("wait", "allow"), ("wait", "wait")])
    func `a second order waits if the batch or the settings want it`(
        policy: String, wish: String
    ) throws {
        let works = try works(policy)
        try works.drop(#""duplicate_links": "\#(wish)", "orders": [\#(Self.order("second"))]"#)
        for _ in 1...3 { try works.done("ingest", "dispatch") }
        #expect(try works.states() == ["accepted|1", "placed|1"])
        #expect(panel.links == ["l"])
        for _ in 1...200 where try works.states() != ["accepted|1", "completed|1"] {
            try works.done("poll statuses")
        }
        try works.done("dispatch")
        #expect(panel.links == ["l", "l"])
    }

    @Test func `a batch without a wish does not wait where the settings allow it`() throws {
        let works = try works("allow")
        try works.drop(#""duplicate_links": "wait", "orders": [\#(Self.order("second"))]"#)
        try works.drop(#""orders": [\#(Self.order("third"))]"#)
        try works.drop(#""duplicate_links": "allow", "orders": [\#(Self.order("fourth"))]"#)
        try works.done("ingest", "dispatch")
        #expect(
            try works.table("SELECT ref, state FROM orders ORDER BY id")
                == ["first|placed", "second|accepted", "third|placed", "fourth|placed"])
    }
}
