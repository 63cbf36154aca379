import TestSupport
import Testing

@Suite struct ProgramTests {
    private let folder = TemporaryFolder(inMemory: true)

    private func ingest(_ configuration: String, after preparation: String = ":") -> Int32 {
        folder.write(configuration, to: "p.yaml")
        return shellRun(
            """
            \(preparation)
            '\(builtProgram("ingest"))' --config '\(folder.path)/p.yaml' 2>'\(folder.path)/log'
            """
        ).status
    }

    @Test(arguments: [
        "currency: dollars", "currency: USD\nspol: spool",
        "currency: USD\nintake: {settle_seconds: -1}",
        "currency: [USD", "",
    ])
    func `a wrong configuration ends with 78, and nothing is touched`(configuration: String) {
        #expect(ingest(configuration) == 78)
        #expect(names(in: folder.path) == ["log", "p.yaml"])
    }

    @Test func `a disk without enough free space ends with 74`() {
        #expect(ingest("currency: USD\nspool: s\nintake: {min_free_bytes: 1099511627776}") == 74)
        let log = String(decoding: bytes(at: "\(folder.path)/log") ?? [], as: UTF8.self)
        #expect(log.contains("nothing was taken"))
    }

    @Test func `a reseller's directory with the desk's name is reported once a run`() {
        folder.write("{}", to: "s/resellers/desk/inbox/a.json")
        #expect(ingest("currency: USD\nspool: s\nledger: l.db") == 0)
        let log = String(decoding: bytes(at: "\(folder.path)/log") ?? [], as: UTF8.self)
        let told = log.split(separator: "\n").filter {
            $0.contains("nothing is taken from here: no reseller can have the desk's name")
                && $0.contains("/s/resellers/desk")
        }
        #expect(told.count == 1)
    }

    /// Cron starts programs with room for 1,024 open files.
    @Test(arguments: ["-Sn 256", "-n 256"])
    func `more users than files may be open have their files taken`(limit: String) throws {
        let users = (1...600).map { "u\($0)" }
        let configuration = "currency: USD\nspool: s\nledger: l.db\nintake: {settle_seconds: 0}"
        #expect(ingest(configuration) == 0)
        let entries = users.map { #"{"user": "\#($0)"}"# }.joined(separator: ", ")
        folder.write(#"{"by": "anna", "users": [\#(entries)]}"#, to: "s/desk/inbox/a.json")
        #expect(ingest(configuration) == 0)
        // With a limit that cannot be raised, all may still have an inbox and a door.
        for user in limit == "-n 256" ? Array(users.suffix(9)) : users {
            folder.write(#"{"orders": []}"#, to: "s/resellers/\(user)/inbox/a.json")
            folder.write(#"{"batch": "b", "orders": []}"#, to: "s/doors/\(user)/b.json")
        }
        for user in users { folder.write("", to: "s/doors/\(user)/.empty") }
        #expect(ingest(configuration, after: "ulimit \(limit)") == 0)
        for name in ["a", "b"] {
            let receipt = "s/resellers/u600/outbox/\(name).receipt.json"
            #expect(bytes(at: "\(folder.path)/\(receipt)") != nil)
        }
    }

    @Test func `a run with nothing to do ends with 0, and so does the next`() {
        for _ in 1...2 { #expect(ingest("currency: USD\nspool: s\nledger: l.db") == 0) }
    }
}
