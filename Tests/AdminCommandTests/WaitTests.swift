import TestHouse
import TestSupport
import Testing

@Suite struct WaitTests {
    private let panel = ObligingPanel()

    @Test func `a desk file is taken at once, and its receipt is shown`() throws {
        let works = try Works(buyingFrom: panel)
        let ended = works.run("admin user add acme --wait")
        #expect(ended.status == 0, "\(ended.log)")
        #expect(
            ended.output.hasPrefix(
                "accepted: acme is added, or changed; the receipt is \(works.spool)"))
        #expect(try works.table("SELECT id FROM users") == ["acme"])
        let json = works.run("admin deposit acme 5 --method a --reference b --wait --json")
            .output
        #expect(json.hasPrefix(#"{"receipt":""#))
        #expect(json.hasSuffix(#"","status":"accepted","rejected":[]}"#))
    }

    @Test func `a rejection is reported with its code, and the status is 1`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        // It was dropped before and is taken first, so the command's view is outdated when it is
        // taken.
        try works.write(
            #"{"deposits": [{"user": "acme", "method": "a", "reference": "b", "amount": "9"}]}"#,
            to: "spool/desk/inbox/a.json")
        let ended = works.run("admin deposit acme 5 --method a --reference b --wait")
        #expect(ended.status == 1)
        #expect(ended.output.hasPrefix("rejected: 1 line was rejected"), "\(ended.output)")
        #expect(ended.output.contains("  deposits line 1: DEPOSIT_KNOWN: "))
    }

    @Test func `an unknown user is refused even while desk files wait`() throws {
        let works = try Works(buyingFrom: panel)
        try works.done("admin user add acme")
        for command in ["user ban nobody", "deposit nobody 1 --method a --reference b"] {
            let ended = works.run("admin \(command)")
            #expect(ended.status == 64)
            #expect(
                ended.log.contains("There is no user nobody; nothing was dropped. Add them first"))
        }
        try works.done("admin user ban acme --reason chargeback", "ingest")
        #expect(try works.table("SELECT banned, ban_reason FROM users") == ["1|chargeback"])
    }
}
