import Money
import TestHouse
import Testing

@testable import ReportStage

/// The files of one run agree with each other and with the movements of money they stand for.
@Suite struct AgreementTests {
    @Test func `orders, days and every breakdown have the same sums`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let orders = try Sums(house.summary("orders"))
        for file in ["daily", "by-service", "by-provider", "by-user"] {
            let sums = try Sums(house.summary(file))
            #expect(sums.charged == orders.charge, "\(file)")
            #expect(sums.refunded == orders.refunded, "\(file)")
            #expect(sums.cost == orders.cost, "\(file)")
            #expect(
                try sums.profit - (file == "daily" ? sums.fees : .zero) == orders.profit, "\(file)")
        }
    }

    @Test(arguments: ["acme", "zoe"])
    func `a user's sums are those of their transactions`(user: String) throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let moves = try house.summary("transactions").filter { $0[7] == user }
        func moved(_ type: String) throws -> Amount {
            try moves.filter { $0[2] == type }.reduce(.zero) { try $0 + Amount(parsing: $1[5]) }
        }
        func held(_ wallet: String) throws -> Amount {
            try moves.reduce(.zero) { sum, move in
                let amount = try Amount(parsing: move[5])
                return move[4] == wallet
                    ? try sum + amount : move[3] == wallet ? try sum - amount : sum
            }
        }
        let row = try #require(try house.summary("users").first { $0[0] == user })
        #expect(try row[4] == "\(held("\(user):available"))")
        #expect(try row[5] == "\(held("\(user):held"))")
        #expect(try row[6] == "\(moved("deposit"))")
        #expect(try row[7] == "\(moved("capture") - moved("refund"))")
        #expect(try row[8] == "\(moved("release") + moved("refund"))")
    }

    @Test func `the daily fees add up to the fee transactions`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let fees = try house.summary("transactions").filter { $0[2] == "fee" }
            .reduce(Amount.zero) { try $0 + Amount(parsing: $1[5]) }
        #expect(try Sums(house.summary("daily")).fees == fees)
        #expect(fees == "1.75")
    }
}

/// The sums of a file's columns, by their names.
@dynamicMemberLookup
private struct Sums {
    private let sums: [String: Amount]

    init(_ rows: [[String]]) throws {
        let header = try #require(rows.first)
        var sums: [String: Amount] = [:]
        for row in rows.dropFirst() {
            for (name, value) in zip(header, row) {
                guard let amount = try? Amount(parsing: value) else { continue }
                sums[name] = try sums[name, default: .zero] + amount
            }
        }
        self.sums = sums
    }

    subscript(dynamicMember name: String) -> Amount { sums[name] ?? .zero }
}
