import TestSupport
import Testing

@Suite struct WaitTests {
    @Test func `a desk file is taken at once, and its receipt is shown`() throws {
        let shop = Shop()
        let ended = try shop.run("admin user add acme --wait")
        #expect(ended.status == 0, "\(ended.log)")
        #expect(
            ended.output.hasPrefix(
                "accepted: acme is added, or changed; the receipt is \(shop.spool)"))
        #expect(try shop.table("SELECT id FROM users") == [#""acme""#])
        let json = try shop.run("admin deposit acme 5 --method a --reference b --wait --json")
            .output
        #expect(json.hasPrefix(#"{"receipt":""#))
        #expect(json.hasSuffix(#"","status":"accepted","rejected":[]}"#))
    }

    @Test func `what was rejected is said with its code, and ends with 1`() throws {
        let shop = Shop()
        try shop.open()
        // Dropped before, and taken first: what the command saw is true no more when it is taken.
        shop.folder.write(
            #"{"deposits": [{"user": "acme", "method": "a", "reference": "b", "amount": "9"}]}"#,
            to: "spool/desk/inbox/a.json")
        let ended = try shop.run("admin deposit acme 5 --method a --reference b --wait")
        #expect(ended.status == 1)
        #expect(ended.output.hasPrefix("rejected: 1 lines were rejected"), "\(ended.output)")
        #expect(ended.output.contains("  deposits line 1: DEPOSIT_KNOWN: "))
    }

    @Test func `a user whom nobody added is refused also while desk files wait`() throws {
        let shop = Shop()
        try shop.done("admin user add acme")
        for command in ["user ban nobody", "deposit nobody 1 --method a --reference b"] {
            let ended = try shop.run("admin \(command)")
            #expect(ended.status == 64)
            #expect(
                ended.log.contains("There is no user nobody; nothing was dropped. Add them first"))
        }
        try shop.done("admin user ban acme --reason chargeback", "ingest")
        #expect(try shop.table("SELECT banned, ban_reason FROM users") == [#"1|"chargeback""#])
    }
}
