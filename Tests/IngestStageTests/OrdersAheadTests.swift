import BatchFiles
import Ledger
import Run
import Stage
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

/// Orders are read and checked on a second thread while others are written. Nobody can tell.
@Suite struct OrdersAheadTests {
    @Test func `receipts and books are those of reading a line at a time`() throws {
        var random = Seeded()
        for _ in 0..<3 {
            let files = (1...12).map { Self.file($0, &random) }
            let ahead = try taken(files, fewestAhead: 1)
            let alone = try taken(files, fewestAhead: .max)
            #expect(ahead == alone, "SEED=\(random.seed)")
        }
    }

    @Test func `an error of reading ahead ends the taking of that file`() throws {
        struct Broken: Error {}
        let outline = try BatchOutline.read(
            BatchFile(.batch, bytes: Array(#"{"orders": [{}, {}]}"#.utf8)))
        let source = OrdersAhead.Source(
            index: 3, user: try #require(UserID(rawValue: "acme")), batch: "b",
            content: BatchFile(.batch) { _ in throw Broken() }, outline: outline)
        let house = try House.stocked()
        let ahead = try OrdersAhead([source], house.settings) { _, _ in nil }
        defer { ahead.end() }
        #expect(throws: Broken.self) { try ahead.forEachOrder(of: 3) { _ in } }
    }

    @Test func `a conveyor keeps the order, and lets nobody wait for a taker who is gone`() throws {
        let conveyor = Conveyor<Int>(capacity: 3)
        let total = Conveyor<Int>(capacity: 1)
        // On a thread of its own: Swift's threads are few, and this test keeps one waiting.
        try OwnThread.run {
            var count = 0
            while conveyor.put(count) { count += 1 }
            _ = total.put(count)
        }
        var taken: [Int] = []
        while taken.count < 1_000 { taken += conveyor.take() }
        conveyor.stop()
        #expect(taken == Array(0..<taken.count))
        #expect(total.take().allSatisfy { taken.count...taken.count + 3 ~= $0 })
    }

    // MARK: Random files

    private static let rest = #""service": 101, "link": "https://a.example/1", "quantity": 1000"#

    private static func order(_ number: Int, _ random: inout Seeded) -> String {
        let ref = #""ref": "R-\#(random.next() % 4 == 0 ? Int(random.next() % 50) : number)""#
        return switch random.next() % 30 {
        case 0: "{\(rest)}"
        case 1: #"{"ref": 7, \#(rest)}"#
        case 2: #"{\#(ref), "service": 999, "link": "a", "quantity": 10}"#
        case 3: #"{\#(ref), "service": 101, "link": "a", "quantity": 1}"#
        case 4: #"{\#(ref), "service": 101, "link": "https://x.example/?igsh=1", "quantity": 10}"#
        case 5: "7"
        case 6: #"{\#(ref), \#(rest), "other": 1}"#
        case 7: #"{\#(ref), \#(rest), "max_rate": "0.000001"}"#
        default: "{\(ref), \(rest)}"
        }
    }

    private static func file(_ number: Int, _ random: inout Seeded) -> String {
        let count = Int(random.next() % 200)
        let orders = (0..<count).map { order(number * 1_000 + $0, &random) }
        let head =
            switch random.next() % 9 {
            case 0: #""all_or_nothing": true, "#
            case 1: #""total": "1.2", "#
            case 2: #""count": \#(count + 1), "#
            case 3: #""batch": "same", "#
            case 4: #""duplicate_links": "reject", "#
            default: ""
            }
        let deposits = random.next() % 3 == 0 ? #", "deposits": [{"amount": "5"}]"# : ""
        let text = "{\(head)\"orders\": [\(orders.joined(separator: ","))]\(deposits)}"
        return random.next() % 12 == 0 ? String(text.dropLast(2)) : text
    }

    private func taken(_ files: [String], fewestAhead: Int) throws -> [String] {
        let house = try House.stocked()
        try house.add(funds: "2000")
        try house.add("zenith")
        for (number, text) in files.enumerated() {
            let user = number % 3 == 2 ? "zenith" : "acme"
            house.put(text, as: "f\(number).json", by: user)
            if number % 4 == 0 { house.put(text, as: "g\(number).json", by: user) }
        }
        var taking = try TakeFiles(Self.context(house))
        taking.fewestAhead = fewestAhead
        let summary = try taking.run()
        try house.expectSound()
        var seen = ["\(summary)"]
        for user in ["acme", "zenith"] {
            for name in house.names(in: "resellers/\(user)/outbox") {
                let text = try house.contents(of: "resellers/\(user)/outbox/\(name)")
                seen.append("\(name) \(String(decoding: text, as: UTF8.self))")
            }
        }
        return seen
    }

    private static func context(_ house: House) -> RunContext {
        RunContext(
            program: "ingest", settings: house.settings, logger: house.log.logger,
            clock: WallClock { house.now })
    }
}
