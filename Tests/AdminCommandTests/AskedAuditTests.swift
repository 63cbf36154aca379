import Run
import TestHouse
import TestSupport
import Testing

/// An audit that a desk asks for (`tasks`), which the next `report` makes.
@Suite struct AskedAuditTests {
    private let panel = ObligingPanel()
    private let works: Works

    init() throws {
        works = try Works(buyingFrom: panel)
        try works.configure("desks: {web: [tasks]}\nspool:", insteadOf: "spool:")
        try works.open()
        try works.order("l1")
        try works.done("ingest", "dispatch")
    }

    private func ask() throws {
        try works.write(
            #"{"by": "anna", "why": "month's end \#(works.entries("archive").count)", "#
                + #""tasks": [{"run": "audit"}]}"#, to: "spool/desks/web/inbox/audit.json")
        try works.done("ingest")
    }

    private var isDue: Bool {
        get throws { try works.table("SELECT audit_due IS NOT NULL FROM generation") == ["1"] }
    }

    private var last: LastRun? { LastRun.read(of: "audit", inSpool: works.spool) }

    @Test func `report makes it once`() throws {
        try works.done("report")
        #expect(last == nil)
        try ask()
        #expect(try isDue)
        // One part of the reports is not all of them.
        try works.done("report statements")
        #expect(try isDue && last == nil)
        try works.done("report")
        #expect(try !isDue)
        let made = try #require(last)
        #expect(made.status == 0)
        try works.done("report")
        #expect(last?.endedAt == made.endedAt)
    }

    @Test func `books that are wrong end the run that was to report, and are not asked again`()
        throws
    {
        try ask()
        try works.alter("UPDATE wallets SET balance = balance + 1 WHERE id = 1")
        let ended = works.run("report")
        #expect(ended.status == 65, "\(ended.text)")
        #expect(try !isDue)
        #expect(names(in: "\(works.path)/reports/latest").contains("orders.csv"))
        #expect(works.run("report").status == 0)
    }
}
