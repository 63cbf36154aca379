import GRDB
import Money
import TestSupport
import Testing

@testable import Ledger

/// The ledger and the model, side by side.
struct ModelRun {
    /// What is known of an order without the ledger.
    struct Order {
        let user: UserID
        let charge: Int64
        var state = OrderState.accepted
        var earned: Int64 = 0
    }

    enum Fact: CaseIterable {
        case deposit, order, again, send, found, end, cancel, decide
        case withdraw, conclude, adjust, refund, abandon
    }

    let books: Books
    var random = Seeded()
    var available: [UserID: Int64] = [acme: 0, zenith: 0]
    let limits: [UserID: Int64] = [acme: 0, zenith: 3_000_000]
    var orders: [OrderID: Order] = [:]
    var withdrawals: [(user: UserID, ref: String, amount: Int64)] = []
    var told: Set<Fact> = []
    var refs = 0

    init() throws {
        books = try Books()
        try books.add(acme)
        try books.add(zenith, creditLimit: "3")
        // The model is about sums, not about disks.
        try books.ledger.database.inDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    }

    mutating func step() throws {
        let fact = Fact.allCases.randomElement(using: &random)!
        let user = [acme, zenith].randomElement(using: &random)!
        let micros = Int64.random(in: 1...3_000_000, using: &random)
        let isDone =
            switch fact {
            case .deposit: try deposit(micros, for: user)
            case .order: try order(micros, by: user)
            case .again: try orderAgain()
            case .send: try send()
            case .found: try findUnanswered()
            case .end: try end()
            case .cancel: try cancel()
            case .decide: try decide()
            case .withdraw: try withdraw(micros, by: user)
            case .conclude: try conclude()
            case .adjust: try adjust(micros, for: user)
            case .refund: try refund()
            case .abandon: try abandon(micros, by: user)
            }
        if isDone { told.insert(fact) }
    }

    func compare(after step: Int) throws {
        let seed: Comment = "seed \(random.seed), step \(step)"
        for (user, micros) in available {
            #expect(try books.balance(of: user).micros == micros, seed)
            let held =
                orders.values.filter { $0.user == user && !$0.state.isEnded }.map(\.charge)
                + withdrawals.filter { $0.user == user }.map(\.amount)
            #expect(try books.balance(of: user, .held).micros == held.reduce(0, +), seed)
        }
        let earned = orders.values.map(\.earned).reduce(0, +)
        #expect(try books.balance("revenue").micros == earned, seed)
        for (id, order) in orders { #expect(try books.state(of: id) == order.state, seed) }
        #expect(try books.ledger.audit().map(\.violations) == [], seed)
    }
}
