import BatchFiles
import Ledger
import Money
import TestHouse
import TestSupport

/// The ledger and the model, side by side, with the same operations from a seeded source.
struct ModelRun {
    enum Operation: CaseIterable {
        case claim, confirm, confirmAgain, order, orderAgain, abandon
        case send, findUnanswered, pause, end, endAgain, cancel, refill, decide, hearProvider
        case withdraw, conclude, adjust, refund
    }

    let books: ModelBooks
    var model = Model()
    var random: Seeded
    /// The answers that differ from the model's.
    var disagreements: [String] = []
    private var refs = 0

    init(_ random: Seeded) throws {
        self.random = random
        books = try ModelBooks()
        for user in Model.users {
            _ = try books.deskReply(.users) { draft, line in
                var entry = UserEntry(user: user)
                entry.creditLimit = Amount(micros: model.credit[user]!)
                try draft.put(entry, line)
            }
        }
    }

    /// One operation, and everything that is wrong after it.
    mutating func step() throws -> [String] {
        disagreements = []
        let operation = Operation.allCases.randomElement(using: &random)!
        try perform(operation)
        let facts = try Model.questions.flatMap { try books.table($0) }
            .map { $0.replacing("|", with: " ") }
        let wanted = model.facts
        if facts != wanted {
            disagreements += wanted.filter { !facts.contains($0) }.map { "not so: \($0)" }
            disagreements += facts.filter { !wanted.contains($0) }.map { "the ledger has: \($0)" }
            if disagreements.isEmpty { disagreements.append("the ledger has something twice") }
        }
        disagreements += try books.ledger.audit().map {
            "invariant \($0.invariant): \($0.violations)"
        }
        disagreements += try books.silence()
        return disagreements.map { "after \(operation): \($0)" }
    }

    private mutating func perform(_ operation: Operation) throws {
        let user = Model.users.randomElement(using: &random)!
        let micros = Int64.random(in: 1...3_000_000, using: &random)
        switch operation {
        case .claim: try claim(micros, by: user)
        case .confirm: try confirm(micros, for: user)
        case .confirmAgain: try confirmAgain(for: user)
        case .order: try order(micros, by: user)
        case .orderAgain: try orderAgain(by: user)
        case .abandon: try abandon(micros, by: user)
        case .send: try send()
        case .findUnanswered: try findUnanswered()
        case .pause: try pause()
        case .end: try end()
        case .endAgain: try endAgain()
        case .cancel: try cancel()
        case .refill: try refill()
        case .decide: try decide()
        case .hearProvider: try hearProvider()
        case .withdraw: try withdraw(micros, by: user)
        case .conclude: try conclude()
        case .adjust: try adjust(micros, for: user)
        case .refund: try refund()
        }
    }

    /// Notes a reply that differs from the model's.
    mutating func expect(_ reply: String, _ wanted: String, _ about: String) {
        if reply != wanted { disagreements.append("\(about): \(reply), not \(wanted)") }
    }

    mutating func newRef() -> String {
        refs += 1
        return "R-\(refs)"
    }

    mutating func pick(_ isWanted: (Model.Order) -> Bool = { _ in true }) -> Int64? {
        model.orders.filter { isWanted($0.value) }.keys.sorted().randomElement(using: &random)
    }
}
