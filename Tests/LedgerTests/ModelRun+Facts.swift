import Money
import Testing

@testable import Ledger

/// Each fact, told to both; whether it could be told at all.
extension ModelRun {
    private mutating func newRef() -> String {
        refs += 1
        return "R-\(refs)"
    }

    private mutating func pick(_ isWanted: (Order) -> Bool) -> OrderID? {
        orders.filter { isWanted($0.value) }.keys.sorted().randomElement(using: &random)
    }

    private func canSpend(_ micros: Int64, _ user: UserID) -> Bool {
        available[user]! + limits[user]! >= micros
    }

    mutating func deposit(_ micros: Int64, for user: UserID) throws -> Bool {
        let fee = Int64.random(in: 0...micros / 10, using: &random)
        let verdict = try books.deposit(
            "\(Amount(micros: micros))", fee: "\(Amount(micros: fee))", for: user,
            reference: newRef())
        #expect(verdict == "accepted")
        available[user]! += micros - fee
        return true
    }

    mutating func order(_ micros: Int64, by user: UserID) throws -> Bool {
        let ref = newRef()
        let order = books.newOrder(ref, charge: "\(Amount(micros: micros))", link: nil)
        let verdict = try books.order(order, of: user)
        guard canSpend(micros, user) else {
            #expect(verdict == "INSUFFICIENT_FUNDS")
            return false
        }
        #expect(verdict == "accepted")
        available[user]! -= micros
        let id: OrderID = try books.value("SELECT id FROM orders WHERE ref = '\(ref)'")
        orders[id] = Order(user: user, charge: micros)
        return true
    }

    mutating func orderAgain() throws -> Bool {
        guard let id = pick({ _ in true }) else { return false }
        let ref: String = try books.value("SELECT ref FROM orders WHERE id = \(id)")
        let same = books.newOrder(ref, charge: "1", link: nil)
        #expect(try books.order(same, of: orders[id]!.user) == "duplicate")
        return true
    }

    mutating func abandon(_ micros: Int64, by user: UserID) throws -> Bool {
        let order = books.newOrder(newRef(), charge: "\(Amount(micros: micros))")
        try books.ledger.intake(at: books.now) { intake in
            let draft = try intake.open(books.arrival(user), batch: order.ref)
            try draft.accept(order, Line(.orders, 1, ref: order.ref))
            try draft.abandon()
        }
        return true
    }

    mutating func send() throws -> Bool {
        let claimed = try books.claim(3)
        for id in claimed {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                try books.answer(id, .refused(evidence: "no"))
                giveBack(id, as: .refused)
            case 1:
                try books.answer(
                    id, .postponed(until: books.now, isRefusal: false, evidence: "later"))
            case 2:
                try books.answer(id, .unknown(evidence: "lost"))
                orders[id]!.state = .inDoubt
            case 3:
                orders[id]!.state = .sending
            default:
                try books.answer(id, .placed(providerOrder: "P\(id)", followAt: books.now))
                orders[id]!.state = .placed
            }
        }
        return !claimed.isEmpty
    }

    mutating func findUnanswered() throws -> Bool {
        let found = orders.filter { $0.value.state == .sending }.keys
        #expect(try books.ledger.holdUnanswered(at: books.now) == found.count)
        for id in found { orders[id]!.state = .inDoubt }
        return !found.isEmpty
    }

    mutating func end() throws -> Bool {
        guard let id = pick({ $0.state == .placed }) else { return false }
        let refund = Int64.random(in: 0...orders[id]!.charge, using: &random)
        let charged = ProviderCharge(
            amount: Amount(micros: .random(in: 0...2_000_000, using: &random)), cost: .zero)
        let isTold = Bool.random(using: &random)
        let (settlement, state, back): (Settlement, OrderState, Int64) = [
            (.completed, .completed, 0), (.canceled, .canceled, orders[id]!.charge),
            (.partial(refund: Amount(micros: refund)), .partial, refund),
        ].randomElement(using: &random)!
        try books.settle(id, as: settlement, charged: isTold ? charged : nil)
        giveBack(id, as: state, back)
        return true
    }

    /// Ends an order: `back`, by default all, returns to the user and the rest is earned.
    private mutating func giveBack(_ id: OrderID, as state: OrderState, _ back: Int64? = nil) {
        let (user, charge) = (orders[id]!.user, orders[id]!.charge)
        orders[id]!.state = state
        orders[id]!.earned = charge - (back ?? charge)
        available[user]! += back ?? charge
    }

    mutating func cancel() throws -> Bool {
        guard let id = pick({ $0.state == .accepted }) else { return false }
        let verdict = try books.verdict(of: orders[id]!.user, .cancels, ref: newRef()) {
            try $0.requestCancel(of: id, $1)
        }
        #expect(verdict == "accepted")
        giveBack(id, as: .canceled)
        return true
    }

    mutating func decide() throws -> Bool {
        guard let id = pick({ $0.state == .inDoubt }) else { return false }
        let decision = [Decision.placed(providerOrder: "D\(id)"), .notPlaced, .refund]
            .randomElement(using: &random)!
        try books.verdict(of: nil, .decisions) { try $0.decide(decision, on: id, by: "anna", $1) }
        switch decision {
        case .placed: orders[id]!.state = .placed
        case .notPlaced: orders[id]!.state = .accepted
        case .refund: giveBack(id, as: .refused)
        }
        return true
    }

    mutating func withdraw(_ micros: Int64, by user: UserID) throws -> Bool {
        let ref = newRef()
        let fee = Amount(micros: micros / 20)
        let verdict = try books.verdict(of: user, .withdrawals, ref: ref) {
            try $0.requestWithdrawal(of: Amount(micros: micros), fee: fee, to: "IBAN", $1)
        }
        guard available[user]! >= micros else {
            #expect(verdict == "INSUFFICIENT_FUNDS")
            return false
        }
        available[user]! -= micros
        withdrawals.append((user, ref, micros))
        return true
    }

    mutating func conclude() throws -> Bool {
        guard !withdrawals.isEmpty else { return false }
        let (user, ref, micros) = withdrawals.removeFirst()
        let isPaid = Bool.random(using: &random)
        try books.verdict(of: nil, .withdrawals) {
            try $0.conclude(withdrawal: ref, of: user, isPaid: isPaid, reference: nil, $1)
        }
        if !isPaid { available[user]! += micros }
        return true
    }

    mutating func adjust(_ micros: Int64, for user: UserID) throws -> Bool {
        let change = Bool.random(using: &random) ? micros / 3 : -micros / 3
        let verdict = try books.verdict(of: nil, .adjustments) {
            try $0.adjust(user, by: Amount(micros: change), by: "anna", $1)
        }
        #expect(verdict == (canSpend(-change, user) ? "accepted" : "INSUFFICIENT_FUNDS"))
        if verdict == "accepted" { available[user]! += change }
        return true
    }

    mutating func refund() throws -> Bool {
        guard let id = pick({ $0.earned > 0 }) else { return false }
        let back = Int64.random(in: 1...orders[id]!.earned, using: &random)
        try books.verdict(of: nil, .refunds) {
            try $0.refund(Amount(micros: back), of: id, by: "anna", $1)
        }
        orders[id]!.earned -= back
        available[orders[id]!.user]! += back
        return true
    }
}
