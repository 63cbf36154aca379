import Tables

/// Lines of a file that follow each other, whose orders had numbers that follow each other.
package struct NumberedLines: Equatable, Sendable {
    package let line: Int64
    package private(set) var count: Int64
    package let firstOrder: Int64

    package init(line: Int64, order: Int64) {
        self.line = line
        count = 1
        firstOrder = order
    }

    /// Takes in the next line with its order; false if it does not follow.
    package mutating func extend(line next: Int64, order: Int64) -> Bool {
        guard next == line + count, order == firstOrder + count else { return false }
        count += 1
        return true
    }

    /// The last number; `Int64.max` if there is none.
    var lastOrder: Int64 {
        let (last, overflows) = firstOrder.addingReportingOverflow(count - 1)
        return overflows ? .max : last
    }
}

/// The numbers that the orders of a file had before a restore. An order's number is for ever: its
/// owner knows nothing else of it.
struct RetakenOrders {
    private let runs: [(line: Int64, count: Int64, first: Int64)]

    init(_ db: any Connection, of arrival: Arrival) throws {
        runs = try db.all(
            """
            SELECT line, count, first_order FROM retaken_orders
            WHERE user_id = \(arrival.owner.key) AND sha256 = \(arrival.digest) ORDER BY line
            """
        ) { (try $0[0], try $0[1], try $0[2]) }
    }

    /// The number that the order of a line had; nil if there was none.
    func number(ofLine line: Int) -> OrderID? {
        let line = Int64(line)
        // The last run that begins at the line or before it.
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].line <= line { low = middle + 1 } else { high = middle }
        }
        guard low > 0, line - runs[low - 1].line < runs[low - 1].count else { return nil }
        return OrderID(runs[low - 1].first + (line - runs[low - 1].line))
    }

    /// Notes the numbers of a lost file, and returns the highest.
    static func note(_ file: LostFile, _ db: any Connection) throws -> Int64 {
        for lines in file.orders {
            try db.run(
                """
                INSERT INTO retaken_orders (user_id, sha256, line, count, first_order)
                VALUES (\(file.kept.owner.key), \(file.kept.digest), \(lines.line),
                    \(lines.count), \(lines.firstOrder))
                ON CONFLICT DO NOTHING
                """)
        }
        return file.orders.map(\.lastOrder).max() ?? 0
    }
}
