import Doors
import Ledger
import Spool
import TestHouse
import TestSupport
import Testing

@Suite struct ReceiptTests {
    @Test func `a call that waits gets the receipt of the outbox, byte for byte`() async throws {
        let entrance = try Entrance()
        defer { entrance.doors.close() }
        let file = try await entrance.dropNew(Entrance.batch("one"), as: "one.json")
        let answer = try await entrance.doors.receipt(
            of: file, within: .seconds(patience), takesBack: true)
        guard case .known(let receipt) = answer else {
            Issue.record("no receipt: \(answer)")
            return
        }
        #expect(receipt.status == "accepted")
        let outbox = "\(entrance.house.spool)/resellers/acme/outbox/one.receipt.json"
        #expect(eventually { bytes(at: outbox) == receipt.bytes })

        let later = try entrance.doors.receipt(named: "one.json", of: .reseller("acme"))
        guard case .known(let same)? = later else {
            Issue.record("no receipt later")
            return
        }
        #expect(same.bytes == receipt.bytes)
    }

    @Test func `a file that is late is taken back, and nothing ever happens`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let file = try await entrance.dropNew(Entrance.batch("late"), as: "late.json")
        let answers = try await withThrowingTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    let answer = try await entrance.doors.receipt(
                        of: file, within: .milliseconds(150), takesBack: true)
                    if case .withdrawn = answer { return true }
                    return false
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == [true, true, true])
        #expect(entrance.entries("doors/acme") == [])
        #expect(entrance.entries("tmp") == [])
        #expect(try entrance.doors.receipt(named: "late.json", of: .reseller("acme")) == nil)
        // The name is free again.
        _ = try await entrance.dropNew(Entrance.batch("other"), as: "late.json")
    }

    @Test func `a file that ingest has cannot be taken back`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let file = try await entrance.dropNew(Entrance.batch("had"), as: "had.json")
        let spool = entrance.house.spool
        #expect(
            shellRun(
                """
                mkdir -p '\(spool)/work/acme'
                mv '\(spool)/doors/acme/had.json' '\(spool)/work/acme/\(file.digest)-had.json'
                """
            ).status == 0)
        let answer = try await entrance.doors.receipt(
            of: file, within: .milliseconds(150), takesBack: true)
        guard case .taken = answer else {
            Issue.record("\(answer)")
            return
        }
        guard case .taken? = try entrance.doors.receipt(named: "had.json", of: .reseller("acme"))
        else {
            Issue.record("the file is not known to wait")
            return
        }
    }

    @Test func `a file that a call was promised is there stays there`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let file = try await entrance.dropNew(Entrance.batch("stays"), as: "stays.json")
        let answer = try await entrance.doors.receipt(
            of: file, within: .milliseconds(150), takesBack: false)
        guard case .taken = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(entrance.entries("doors/acme") == ["stays.json"])
    }
}
