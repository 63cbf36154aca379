import BatchFiles
import Ledger
import Timestamps

/// Orders in doubt: the desk's decisions, and the provider's answers about them.
extension ModelRun {
    /// The desk's word on an order, in doubt or not; a provider that can dispute it is asked first.
    mutating func decide() throws {
        guard let id = pick({ [.inDoubt, .accepted, .completed].contains($0.state) }) else {
            return
        }
        let decision = [Decision.placed(providerOrder: "D\(id)"), .notPlaced, .refund]
            .randomElement(using: &random)!
        let witness = [Witness.silent, .statuses, .orders].randomElement(using: &random)!
        let reply = try books.deskReply(.decisions) { draft, line in
            try draft.decide(
                decision, on: OrderID(id), by: "anna", line, asking: { _ in witness })
        }
        guard model.orders[id]!.state == .inDoubt else {
            return expect(reply, "NOT_ALLOWED", "a decision")
        }
        let isDisputable: Bool =
            switch (witness, decision) {
            case (.silent, _): false
            case (.orders, _): true
            case (.statuses, .placed): true
            case (.statuses, .notPlaced), (.statuses, .refund): false
            }
        expect(reply, isDisputable ? "pending" : "accepted", "a decision")
        if isDisputable {
            model.orders[id]!.pending = decision
        } else {
            carryOut(decision, on: id)
        }
    }

    /// The provider's word on an order in doubt: it is found, or the pending decision is confirmed
    /// or not, or nothing is known yet. Only the first two move the order.
    mutating func hearProvider() throws {
        guard let id = pick({ $0.state == .inDoubt }) else { return }
        let provider = books.id(of: model.orders[id]!.place)
        let doubt = try books.ledger.doubts(with: provider).first { $0.order.rawValue == id }!
        let pending = model.orders[id]!.pending
        expect("\(doubt.decision?.decision as Any)", "\(pending as Any)", "a decision that waits")
        let content: DoubtNews.Content = [
            .found(providerOrder: "F\(id)", evidence: "listed"), .believed(because: "so it is"),
            .contradicted(because: "it is not so"), .open(evidence: "nothing"),
        ].randomElement(using: &random)!
        let news = DoubtNews(of: doubt, content, askAgain: books.now)
        // The second time it is no news: the order has moved, or the decision is gone.
        let resolved = try (1...2).map { _ in
            try books.ledger.record([news], of: provider, at: books.now)
        }
        var wanted = 0
        switch (content, pending) {
        case (.found, _):
            // No order here has a link, so any other that the provider may have could be this one.
            guard !hasRival(id) else { break }
            wanted = 1
            carryOut(.placed(providerOrder: "F\(id)"), on: id)
        case (.believed, let decision?):
            wanted = 1
            carryOut(decision, on: id)
        case (.contradicted, _): model.orders[id]!.pending = nil
        case (.believed, nil), (.open, _): break
        }
        expect("\(resolved)", "[\(wanted), 0]", "orders resolved by \(content)")
    }

    /// Whether another order for the same service may be with the same provider unknown to us.
    private func hasRival(_ id: Int64) -> Bool {
        model.orders.contains { other, order in
            other != id && [.sending, .inDoubt].contains(order.state)
                && order.isFlexible == model.orders[id]!.isFlexible
                && order.place == model.orders[id]!.place
        }
    }

    private mutating func carryOut(_ decision: Decision, on id: Int64) {
        switch decision {
        case .placed:
            model.orders[id]!.state = .placed
            model.orders[id]!.pending = nil
        case .notPlaced: model.requeue(id, due: books.now.milliseconds)
        case .refund: model.end(id, as: .refused)
        }
    }
}
