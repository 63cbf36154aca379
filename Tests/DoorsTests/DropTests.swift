import BatchFiles
import Doors
import Glibc
import Ledger
import Spool
import Stage
import TestHouse
import TestSupport
import Testing

@Suite struct DropTests {
    @Test func `a file has one content under a name, wherever the file is by now`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let batch = Entrance.batch("one")
        let file = try await entrance.dropNew(batch, as: "one.json")

        func expectKnown(isTaken: Bool) async throws {
            #expect(try await entrance.drop(batch, as: "one.json").word == "same")
            guard case .other(let earlier) = try await entrance.drop("{}", as: "one.json") else {
                Issue.record("other bytes passed")
                return
            }
            #expect(earlier.digest == file.digest)
            #expect((earlier.receivedAt != nil) == isTaken)
        }
        try await expectKnown(isTaken: false)

        // As ingest takes it.
        let spool = entrance.house.spool
        let door = "\(spool)/doors/acme/one.json"
        let work = "\(spool)/work/acme/\(file.digest)-one.json"
        #expect(shellRun("mkdir -p '\(spool)/work/acme' && mv '\(door)' '\(work)'").status == 0)
        try await expectKnown(isTaken: false)
        #expect(entrance.entries("doors/acme") == [])

        #expect(shellRun("mv '\(work)' '\(door)'").status == 0)
        #expect(ingest(entrance) == 0)
        try await expectKnown(isTaken: true)
        #expect(entrance.entries("doors/acme") == [])
        #expect(entrance.entries("tmp") == [])
        #expect(try entrance.house.count("orders") == 1)
    }

    @Test func `of many calls that bring one name at once, one wins`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let words = try await withThrowingTaskGroup { group in
            for number in 0..<60 {
                let text = Entrance.batch("\(number % 3)")
                group.addTask { try await entrance.drop(text, as: "x.json").word }
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        // Of three contents the first is new once, and the same 19 times.
        #expect(words == ["new": 1, "same": 19, "other": 40])
        #expect(entrance.entries("doors/acme") == ["x.json"])
        #expect(entrance.entries("tmp") == [])
    }

    @Test func `what is in a door is whole, and durable under its name alone`() async throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let text = Entrance.batch("x")
        let file = try entrance.doors.receive()
        try file.write(Array(text.utf8.prefix(10)))
        #expect(entrance.entries("doors/acme") == [])
        #expect(entrance.entries("tmp").count == 1)
        try file.write(Array(text.utf8.dropFirst(10)))
        _ = try await entrance.doors.drop(file.finish(), as: "x.json", of: .reseller("acme"))
        #expect(content(at: "\(entrance.house.spool)/doors/acme/x.json") == text)
        #expect(entrance.entries("tmp") == [])
    }

    @Test func `half a file goes with its call, and rubbish at the next start`() throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        var file: ArrivingFile? = try entrance.doors.receive()
        try file?.write([1, 2, 3])
        #expect(entrance.entries("tmp").count == 1)
        file = nil
        #expect(entrance.entries("tmp") == [])

        entrance.house.folder.write("{", to: "spool/tmp/upload.7")
        entrance.house.folder.write("{", to: "spool/tmp/ingest.7")
        _ = try Stage.openToRead(entrance.house.context("upload"))
        #expect(entrance.entries("tmp") == ["ingest.7"])
    }

    @Test func `a call reads while another program stands still in opening the ledger`()
        async throws
    {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let ledgerPath = entrance.house.ledgerPath
        let folder = String(ledgerPath[..<(ledgerPath.lastIndex(of: "/") ?? ledgerPath.endIndex)])
        let held = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
        // If the call waited for the lock, it would get it now.
        let release = Task {
            try await Task.sleep(for: .seconds(patience))
            close(held)
        }
        let ledger = entrance.doors.ledger
        // The second needs a connection of its own.
        try ledger.read { _ in try ledger.read { _ in } }
        release.cancel()
        let isHeld = (try? await release.value) == nil
        #expect(isHeld)
        close(held)
    }

    @Test func `nothing can be written through the ledger of a server`() throws {
        let entrance = try Entrance(startsIngest: false)
        defer { entrance.doors.close() }
        let now = entrance.house.now
        let arrival = Arrival(
            of: FileOwner(user: acme), name: "x.json", digest: String(repeating: "0", count: 64),
            bytes: 1,
            receivedAt: now)
        #expect(throws: (any Error).self) {
            try entrance.stage.ledger.intake(at: now) { intake in
                _ = try intake.refuse(arrival, batch: nil, lines: 0, Rejection(.badJSON, "x"))
            }
        }
        #expect(try entrance.house.files(of: "acme") == [])
        #expect(try entrance.stage.ledger.users() == [acme])
    }

    private func ingest(_ entrance: Entrance) -> Int32 {
        let house = entrance.house
        return shellRun(
            "'\(builtProgram("ingest"))' --config '\(house.configuration)' --quiet 2>/dev/null"
        ).status
    }
}
