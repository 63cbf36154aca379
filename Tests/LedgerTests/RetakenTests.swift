import BatchFiles
import TestSupport
import Testing
import Timestamps

@testable import Ledger

/// Orders of replayed files have the numbers that they had (doors.md §1).
@Suite struct RetakenTests {
    let books = try! Books()
    private let folder = TemporaryFolder()

    init() throws {
        try books.add(acme, funds: "100")
        try books.add(zenith, funds: "100")
    }

    /// Recovers from the loss of a file, whose orders had these numbers by line.
    private func lose(_ arrival: Arrival, _ numbers: [(line: Int64, order: Int64)]) throws {
        var runs: [NumberedLines] = []
        for (line, order) in numbers {
            if runs.isEmpty || !runs[runs.count - 1].extend(line: line, order: order) {
                runs.append(NumberedLines(line: line, order: order))
            }
        }
        let file = LostFile(
            kept: KeptFile(arrival.owner, digest: arrival.digest), name: arrival.name, orders: runs)
        let gap = Gap(files: [file], statusFiles: [:])
        _ = try books.ledger.hold(gap, lastSeenIn: "\(folder.path)/generation", at: books.now)
    }

    /// Takes the file again: its lines are orders, except those in `rejected`.
    private func take(
        _ arrival: Arrival, lines: ClosedRange<Int>, rejected: Set<Int> = []
    ) throws -> [LineReport] {
        let file = try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.openBatch(arrival, batch: "again \(arrival.digest.prefix(4))")
            for number in lines {
                let line = ResellerLine(
                    .orders, number, ref: "\(arrival.digest.prefix(4))-\(number)")
                if rejected.contains(number) {
                    try draft.reject(line, Rejection(.badValue, "no"))
                } else {
                    try draft.accept(books.newOrder(line.ref), line)
                }
            }
            return try draft.close()
        }
        return try books.ledger.receipts { receipts in
            var found: [LineReport] = []
            try receipts.forEachLine(of: try receipts.report(of: file), .orders) {
                found.append($0)
            }
            return found
        }
    }

    @Test func `a replayed order has its number, and a new one a number that none had`() throws {
        let arrival = books.arrival(acme)
        try lose(arrival, [(2, 501), (3, 502), (5, 503)])
        let lines = try take(arrival, lines: 1...5, rejected: [3])
        #expect(lines.map(\.line) == [1, 2, 3, 4, 5])
        #expect(lines.map(\.order) == [504, 501, nil, 505, 503])
        #expect(try books.accepted("later") == OrderID(506))
        try books.expectSound()
    }

    @Test func `the receipt of a replayed file lacks no line, though its numbers have gaps`() throws
    {
        let arrival = books.arrival(acme)
        try lose(arrival, [(1, 501), (2, 502), (3, 503)])
        // Three lines, and numbers from 501 to 503: as if every line were an order.
        let lines = try take(arrival, lines: 1...3, rejected: [2])
        #expect(lines.map(\.status) == ["accepted", "rejected", "accepted"])
        #expect(lines.map(\.order) == [501, nil, 503])
    }

    @Test func `a number that an order has by now is not given twice`() throws {
        let order = try books.accepted("taken")
        let arrival = books.arrival(acme)
        try lose(arrival, [(1, order.rawValue), (2, 900)])
        let lines = try take(arrival, lines: 1...2)
        #expect(lines.map(\.order) == [901, 900])
    }

    @Test func `orders of other files in the range of a replayed one are left alone`() throws {
        let (first, second) = (books.arrival(acme), books.arrival(zenith))
        try lose(first, [(1, 501), (2, 503)])
        try lose(second, [(1, 502)])
        #expect(try take(second, lines: 1...1).map(\.order) == [502])
        #expect(try take(first, lines: 1...2).map(\.order) == [501, 503])
        #expect(try books.value("SELECT count(*) FROM orders WHERE state = 'in_doubt'") == 3)
    }
}
