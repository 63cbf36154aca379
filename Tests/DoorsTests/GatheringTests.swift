import BatchFiles
import Doors
import Ledger
import TestHouse
import TestSupport
import Testing

@Suite struct GatheringTests {
    @Test func `lines that come while a file is on its way share the next`() async throws {
        let entrance = try Entrance()
        defer { entrance.doors.close() }
        let orders = try await withThrowingTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    try await entrance.doors.gathering.add(
                        Entrance.line("https://example.com/\(number)"), for: acme)
                }
            }
            return try await group.reduce(into: Set<Int64>()) { orders, answer in
                guard case .known(let line) = answer, line.status == "accepted" else { return }
                orders.insert(line.order ?? 0)
            }
        }
        #expect(orders.count == 100)
        #expect(try Set(entrance.house.orders(of: "acme")) == orders)
        // Those that come at first go at once, and most of the others share the next.
        let files = try entrance.house.files(of: "acme").filter { $0.hasPrefix("api-") }
        #expect((1...20).contains(files.count))
        #expect(try entrance.house.findings() == [])
    }

    @Test func `each line hears what became of it alone`() async throws {
        let entrance = try Entrance()
        defer { entrance.doors.close() }
        let gathering = entrance.doors.gathering
        async let one = gathering.add(Entrance.line("https://example.com/1"), for: acme)
        async let two = gathering.add(
            Entrance.line("https://example.com/2", service: 999), for: acme)
        async let three = gathering.add(
            GatheredLine(.cancels, object: Array(#"{"order":77}"#.utf8)), for: acme)
        let answers = try await [one, two, three].map { answer in
            if case .known(let line) = answer { line.code ?? line.status } else { "\(answer)" }
        }
        #expect(answers == ["accepted", "UNKNOWN_SERVICE", "UNKNOWN_ORDER"])
    }

    @Test func `a file that is refused whole refuses each of its lines`() async throws {
        let entrance = try Entrance()
        defer { entrance.doors.close() }
        try entrance.house.deskFile { try $0.ban(acme, reason: "x", until: nil, Line(.bans, 1)) }
        let answer = try await entrance.doors.gathering.add(
            Entrance.line("https://example.com/1"), for: acme)
        guard case .refused("USER_BANNED", _) = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test func `lines whose commit is late are taken back`() async throws {
        let entrance = try Entrance(startsIngest: false, patience: .milliseconds(200))
        defer { entrance.doors.close() }
        let answer = try await entrance.doors.gathering.add(
            Entrance.line("https://example.com/1"), for: acme)
        guard case .withdrawn = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(entrance.entries("doors/acme") == [])
    }
}
