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
    /// Whether a decision on it already waits for its provider; a new one replaces that.
    package let isDecided: Bool
}

extension Ledger {
    /// The orders in doubt with a provider that were sent in a period, by number.
    ///
    /// - `period`: when they were sent, its end excluded.
    /// - `evidence`: a text that their evidence contains, in any case of ASCII; nil takes all.
    package func doubts(
        with provider: String, sent period: Range<Timestamp>, evidence: String?
    ) throws -> [OpenDoubt] {
        try read { db in
            let text = evidence?.lowercasedASCII
            return try db.all(
                """
                SELECT o.id, o.user_id, o.charge, a.started_at, coalesce(a.evidence, ''),
                    EXISTS (SELECT 1 FROM decisions d
                            WHERE d.order_id = o.id AND d.state = 'pending')
                FROM orders o
                    JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                    JOIN providers p ON p.id = a.provider_id
                WHERE o.state = 'in_doubt' AND p.name = \(provider)
                    AND a.started_at >= \(period.lowerBound) AND a.started_at < \(period.upperBound)
                ORDER BY o.id
                """
            ) { row in
                OpenDoubt(
                    order: try row[0], user: try row[1], charge: try row[2], sentAt: try row[3],
                    evidence: try row[4], isDecided: try row[5])
            }
            .filter { doubt in
                text.map { doubt.evidence.lowercasedASCII.contains($0) } ?? true
            }
        }
    }

    /// Why intake would refuse a decision now; nil if it would not.
    package func objection(
        to decision: Decision, on id: OrderID, asking witness: (_ provider: String) -> Witness
    ) throws -> String? {
        try read { db in
            guard let order = try OrderRow.fetch(db, id) else { return "there is no order \(id)" }
            if order.state == .placed, decision == .refund,
                try Decisions.mayBeGivenUp(id, witness(Decisions.provider(of: order, db)), db)
            {
                return nil
            }
            return try Decisions.objection(to: decision, on: order, db)
        }
    }
}

extension Decisions {
    /// Why a decision on an order cannot be made; nil if it can.
    static func objection(
        to decision: Decision, on order: OrderRow, _ db: any Connection
    ) throws -> String? {
        guard order.state == .inDoubt else {
            return order.state == .placed && decision == .refund
                ? "order \(order.id) is placed: it can be given up once exceptions.csv lists it, "
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

    /// Whether a person may end an order that is with a provider: if an exception says that
    /// something is wrong with the order, if an alarm says that its provider answers nothing, or if
    /// the provider can no longer be asked.
    static func mayBeGivenUp(
        _ order: OrderID, _ witness: Witness, _ db: any Connection
    ) throws -> Bool {
        try witness == .silent
            || db.one(
                """
                SELECT EXISTS (SELECT 1 FROM exceptions WHERE order_id = \(order))
                    OR EXISTS (SELECT 1 FROM orders o JOIN providers p ON p.id = o.provider_id
                        JOIN alarms a ON a.kind = \(ExceptionKind.providerSilent)
                            AND a.subject = p.name
                        WHERE o.id = \(order))
                """)
    }
}

/// A withdrawal that a person may pay or decline.
package struct OpenWithdrawal: Sendable {
    package let user: UserID
    package let ref: String
    /// The amount that leaves the user's wallet; the fee is part of it.
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
            try db.all(
                """
                SELECT \(raw: OpenWithdrawal.columns) FROM withdrawals WHERE status = 'held'
                ORDER BY created_at, id
                """, OpenWithdrawal.init(row:))
        }
    }

    /// A user's withdrawal, open or not; nil if there is none.
    package func withdrawal(_ ref: String, of user: UserID) throws -> OpenWithdrawal? {
        try read { db in
            let ref = try References.asFirstWritten(
                db, user, Spelling(ofName: ref), hasSpellings: true)
            return try db.first(
                """
                SELECT \(raw: OpenWithdrawal.columns) FROM withdrawals
                WHERE user_id = \(user) AND ref = \(ref)
                """, OpenWithdrawal.init(row:))
        }
    }

    /// The user for whom the desk confirmed a payment, under any spelling, and the amount; nil if
    /// the desk has confirmed none.
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
    fileprivate static let columns = "user_id, ref, amount, fee, destination, status, created_at"

    /// `row`: its columns are `columns`.
    fileprivate init(row: Row) throws {
        self.init(
            user: try row[0], ref: try row[1], amount: try row[2], fee: try row[3],
            destination: try row[4], status: try row[5], askedAt: try row[6])
    }
}

extension String {
    /// The text's bytes, with `A` to `Z` in lower case.
    fileprivate var lowercasedASCII: [UInt8] {
        utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
}
