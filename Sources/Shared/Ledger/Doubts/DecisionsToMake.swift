import GRDB
import Identity
import Money
import Tables
import Timestamps

/// An order in doubt, for a person who decides about many.
package struct OpenDoubt: Sendable {
    package let order: OrderID
    package let user: UserID
    package let charge: Amount
    package let sentAt: Timestamp
    package let evidence: String
    /// Whether a decision on it waits for its provider already; another one replaces it.
    package let isDecided: Bool
}

extension Ledger {
    /// The orders in doubt with a provider that were sent in a period, its end excluded, by number.
    ///
    /// - Parameter evidence: left out are those whose evidence does not contain it, in any case of ASCII.
    package func doubts(
        with provider: String, sent period: Range<Timestamp>, evidence: String?
    ) throws -> [OpenDoubt] {
        try read { db in
            try GRDB.Row.fetchAll(
                db.grdb,
                sql: """
                    SELECT o.id, o.user_id, o.charge, a.started_at, a.evidence,
                        EXISTS (SELECT 1 FROM decisions d
                                WHERE d.order_id = o.id AND d.state = 'pending') AS decided
                    FROM orders o
                        JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                        JOIN providers p ON p.id = a.provider_id
                    WHERE o.state = 'in_doubt' AND p.name = ?1
                        AND a.started_at >= ?2 AND a.started_at < ?3
                        AND (?4 IS NULL OR instr(lower(a.evidence), lower(?4)) > 0)
                    ORDER BY o.id
                    """, arguments: [provider, period.lowerBound, period.upperBound, evidence]
            ).map { row in
                OpenDoubt(
                    order: row["id"], user: row["user_id"], charge: row["charge"],
                    sentAt: row["started_at"], evidence: row["evidence"] ?? "",
                    isDecided: row["decided"])
            }
        }
    }

    /// Why intake would refuse a decision as things stand now; nil if it would not.
    package func objection(
        to decision: Decision, on id: OrderID, asking witness: (_ provider: String) -> Witness
    ) throws -> String? {
        try read { db in
            guard let order = try OrderRow.fetch(db, id) else { return "there is no order \(id)" }
            let provider = try String.fetchOne(
                db.grdb, sql: "SELECT name FROM providers WHERE id = ?", arguments: [order.provider]
            )!
            if order.state == .placed, decision == .refund,
                try Self.mayBeGivenUp(id, witness(provider), db)
            {
                return nil
            }
            return try Decisions.objection(to: decision, on: order, db)
        }
    }
}

extension Decisions {
    /// Why a decision on an order cannot be taken; nil if it can.
    static func objection(
        to decision: Decision, on order: OrderRow, _ db: any Connection
    ) throws -> String? {
        guard order.state == .inDoubt else {
            return order.state == .placed && decision == .refund
                ? "order \(order.id) is placed: it can be given up once exceptions.csv says something of it, "
                    + "or its provider is switched off"
                : "order \(order.id) is \(order.state.rawValue), not in doubt"
        }
        if case .placed(let providerOrder) = decision,
            let other = try Attempts(db).holder(of: providerOrder, with: order.provider)
        {
            return "the provider's order \(providerOrder) belongs to order \(other)"
        }
        return nil
    }
}

/// A withdrawal that a person may pay or decline.
package struct OpenWithdrawal: Sendable {
    package let user: UserID
    package let ref: String
    /// What leaves the user's wallet; the fee is part of it.
    package let amount: Amount
    package let fee: Amount
    package let destination: String
    package let status: String
    package let askedAt: Timestamp
}

extension Ledger {
    /// The withdrawals that nobody has paid or declined, the oldest first.
    package func openWithdrawals() throws -> [OpenWithdrawal] {
        try read { db in
            try GRDB.Row.fetchAll(
                db.grdb,
                sql: "SELECT * FROM withdrawals WHERE status = 'held' ORDER BY created_at, id"
            ).map(OpenWithdrawal.init(row:))
        }
    }

    /// A user's withdrawal, open or not; nil if there is none.
    package func withdrawal(_ ref: String, of user: UserID) throws -> OpenWithdrawal? {
        try read { db in
            try GRDB.Row.fetchOne(
                db.grdb, sql: "SELECT * FROM withdrawals WHERE user_id = ? AND ref = ?",
                arguments: [
                    user,
                    References.asFirstWritten(
                        db, user, Spelling(ofName: ref), hasSpellings: true),
                ]
            ).map(OpenWithdrawal.init(row:))
        }
    }

    /// Whose a payment was that the desk confirmed, however it was spelled, and over how much; nil if it was
    /// not.
    package func confirmedDeposit(
        method: String, reference: String
    ) throws -> (user: UserID, amount: Amount, currency: Currency)? {
        try read { db in
            try Payments(db, method: method, reference: reference).confirmed
                .map { ($0.user, $0.amount, try Currency(parsing: $0.currency)) }
        }
    }
}

extension OpenWithdrawal {
    fileprivate init(row: GRDB.Row) {
        self.init(
            user: row["user_id"], ref: row["ref"], amount: row["amount"], fee: row["fee"],
            destination: row["destination"], status: row["status"], askedAt: row["created_at"])
    }
}
