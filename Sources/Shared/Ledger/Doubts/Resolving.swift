import Tables
import Timestamps

/// Acts on what was learned about orders in doubt, within a commit.
struct Resolving {
    let db: any Connection
    let decisions: Decisions
    let now: Timestamp

    /// Acts on one piece of news.
    ///
    /// - Returns: whether the order is no longer in doubt.
    func resolves(_ news: DoubtNews) throws -> Bool {
        guard let order = try OrderRow.fetch(db, news.order), order.state == .inDoubt else {
            return false
        }
        let pending = try decisions.pending(of: order.id)
        let isCurrent = pending?.id == news.decision
        switch news.content {
        case .found(let providerOrder, let evidence):
            return try place(order, as: providerOrder, evidence, pending)
        case .believed(let reason):
            guard let pending, isCurrent else { return false }
            return try believe(pending, on: order, reason)
        case .contradicted(let reason):
            guard let pending, isCurrent else { return false }
            try contradict(pending, on: order, reason, "it is still in doubt; decide again")
            return false
        case .open(let evidence):
            if let evidence { try Attempts(db).note(evidence, on: order.id) }
            if let pending, isCurrent { try wait(for: pending, on: order, until: news.askAgain) }
            return false
        }
    }

    /// Places an order that was found, unless what was found may be another of our orders.
    private func place(
        _ order: OrderRow, as providerOrder: String, _ evidence: String,
        _ pending: PendingDecision?
    ) throws -> Bool {
        let attempts = Attempts(db)
        guard try attempts.holder(of: providerOrder, with: order.provider) == nil else {
            return false
        }
        if let rival = try rival(of: order.id) {
            try attempts.note(
                "the provider's order \(providerOrder) may be this order, or order \(rival)'s",
                on: order.id)
            return false
        }
        let found = Decision.placed(providerOrder: providerOrder)
        if let pending, pending.decision == found {
            try decisions.end(order.id, as: "believed", note: evidence)
        } else if let pending {
            try contradict(
                pending, on: order, evidence, "it was placed under that id; nothing is left to do")
        }
        try decisions.carryOut(found, on: order, note: evidence)
        return true
    }

    private func believe(
        _ pending: PendingDecision, on order: OrderRow, _ reason: String
    ) throws -> Bool {
        if case .placed(let providerOrder) = pending.decision,
            let other = try Attempts(db).holder(of: providerOrder, with: order.provider)
        {
            try contradict(
                pending, on: order, "that is the provider's order for our order \(other)",
                "it is still in doubt; decide again")
            return false
        }
        try decisions.end(order.id, as: "believed", note: reason)
        return try decisions.carryOut(
            pending.decision, on: order,
            note: "decided by \(pending.person): \(pending.decision.inWords); \(reason)")
    }

    private func contradict(
        _ pending: PendingDecision, on order: OrderRow, _ reason: String, _ rest: String
    ) throws {
        try decisions.end(order.id, as: "contradicted", note: reason)
        try Attempts(db).note("decided: \(pending.decision), but \(reason)", on: order.id)
        try Ledger.raise(
            LedgerException(
                .decisionContradicted,
                "\(pending.person) decided \"\(pending.decision)\", but \(reason); \(rest)"),
            order: order.id, provider: order.provider, db, at: now)
    }

    private func wait(
        for pending: PendingDecision, on order: OrderRow, until due: Timestamp
    ) throws {
        try decisions.postpone(pending, until: due)
        guard pending.createdAt.isOlder(than: Ledger.decisionPatience, at: now) else { return }
        try Ledger.raise(
            LedgerException(
                .decisionUnverified,
                "\(pending.person) decided \"\(pending.decision)\", and for a day the provider has "
                    + "not said whether that is so; ask it; if it will never answer, switch it "
                    + "off (enabled: false) and decide again"),
            order: order.id, provider: order.provider, db, at: now)
    }

    /// Another order for the same service and link that the provider may have without our knowing;
    /// for an order without a link, one for the same user name.
    private func rival(of order: OrderID) throws -> OrderID? {
        let target = try db.first(
            """
            SELECT provider_id, coalesce(link_key, link), parameters ->> '$.username',
                coalesce(bought_service_id, service_id)
            FROM orders WHERE id = \(order)
            """
        ) { row -> (provider: ProviderID, link: String?, name: String?, service: ServiceID) in
            (try row[0], try row[1], try row[2], try row[3])
        }
        guard let target else { return nil }
        // Each of these is one index look-up, however many orders are in doubt.
        let isThere = target.link == nil ? Self.withoutLink : Self.withLink
        let rival = try db.statement(
            """
            SELECT id FROM orders
            WHERE \(isThere) AND (state = 'sending' OR state = 'in_doubt') AND id <> ?4
                AND provider_id = ?1 AND coalesce(bought_service_id, service_id) = ?3
            ORDER BY id LIMIT 1
            """)
        rival.bind(1, target.provider)
        rival.bind(2, target.link ?? target.name)
        rival.bind(3, target.service)
        rival.bind(4, order)
        return try rival.first { try $0[0] }
    }

    /// Worded as the index `orders_open_by_link` is, so that SQLite uses it.
    private static let withLink = """
        coalesce(link_key, link) = ?2 AND link IS NOT NULL AND ended_at IS NULL
        """

    /// Worded as the index `orders_unanswered_by_name` is, so that SQLite uses it.
    private static let withoutLink = """
        link IS NULL AND parameters ->> '$.username' IS ?2
        """
}
