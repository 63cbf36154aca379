import Ledger
import TestHouse
import Timestamps

/// How far an order is brought before a test looks at it.
enum Progress: CaseIterable {
    case accepted, placed, inDoubt, completed
}

extension House {
    /// The id of a new order of acme's that has come this far.
    func order(_ progress: Progress, of service: Int = 101, ref: String = "A-1") throws -> Int64 {
        let receipt = try drop(
            """
            {"orders": [{"ref": "\(ref)", "service": \(service), "link": "https://a.example/\(ref)",
                         "quantity": 1000}]}
            """, as: "\(ref).json")
        let id = Int64(receipt.lines()[0]["order"]!)!
        try advance(OrderID(id), to: progress)
        return id
    }

    /// Does what the other programs would do to it.
    private func advance(_ order: OrderID, to progress: Progress) throws {
        guard progress != .accepted else { return }
        func record(_ answers: [SendOutcome], claiming claims: [Claim] = []) throws {
            _ = try ledger.advance(
                recording: answers, claiming: claims, waitingForLinks: false, at: now)
        }
        try record([], claiming: [Claim(provider: ProviderID(1), count: 1)])
        guard progress != .inDoubt else {
            return try record([SendOutcome(order: order, .unknown(evidence: "timed out"))])
        }
        try record([SendOutcome(order: order, .placed(providerOrder: "P\(order)", followAt: now))])
        guard progress == .completed else { return }
        var news = StatusNews(order: order, askAgain: now)
        news.settlement = .completed
        _ = try ledger.record([news], at: now)
    }
}
