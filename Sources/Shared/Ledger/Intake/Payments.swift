import GRDB
import Money
import Tables

/// What the ledger knows of one payment, by any spelling and from any person.
struct Payments {
    /// A claim or a confirmation.
    struct Known {
        let id: Int64
        let user: UserID
        let method, reference: String
        let amount: Amount
        let currency: String
        let status: String
        let ref: String?

        /// As it was written first.
        var name: String { "\(method) \(reference)" }
    }

    let identity: String
    /// Those older than the rule that a payment is one behind the one they look like.
    let known: [Known]

    init(_ db: any Connection, method: String, reference: String) throws {
        let identity = Identities.payment(method, reference)
        self.identity = identity
        known = try GRDB.Row.fetchAll(
            db.grdb.cachedStatement(
                sql: """
                    SELECT id, user_id, method, reference, amount, currency, status, ref FROM deposits
                    WHERE identity = ?1 ORDER BY looks_like IS NOT NULL, id
                    """), arguments: [identity]
        ).map { row in
            Known(
                id: row[0], user: row[1], method: row[2], reference: row[3], amount: row[4],
                currency: row[5], status: row[6], ref: row[7])
        }
    }

    var confirmed: Known? { known.first { $0.status == "confirmed" } }

    func claim(of user: UserID) -> Known? {
        known.first { $0.user == user && $0.status == "pending" }
    }

    /// Rejects the claims that wait for a payment which is confirmed now, and tells those who made
    /// them and the operator.
    func rejectOtherClaims(for user: UserID, _ db: any Connection, in intake: Intake) throws {
        // The one that was confirmed is not pending any more.
        let left = try Int64.fetchAll(
            db.grdb.cachedStatement(
                sql: "SELECT id FROM deposits WHERE identity = ?1 AND status = 'pending'"),
            arguments: [identity])
        for claim in known where left.contains(claim.id) {
            try db.grdb.execute(
                literal: "UPDATE deposits SET status = 'rejected' WHERE id = \(claim.id)")
            try Changes.note(db, claim.user, .deposit, claim.id)
            try Ledger.raise(
                .claimLost(claim, to: user), order: nil, provider: nil, db, at: intake.now)
        }
    }
}

extension LedgerException {
    /// A claim whose payment was confirmed for somebody, or as another claim of the same user.
    static func claimLost(_ claim: Payments.Known, to user: UserID) -> LedgerException {
        LedgerException(
            .paymentClaimedTwice,
            """
            \(claim.user) claimed \(claim.name)\(claim.ref.map { " (ref \($0))" } ?? ""), which was \
            confirmed \(claim.user == user ? "under another claim of theirs" : "for \(user)"); that claim \
            is rejected and nothing was credited for it; \(claim.user == user
                ? "nothing needs to be done"
                : "if the payment was \(claim.user)'s, move the money by two adjustments")
            """)
    }

    /// A claim of a payment that was confirmed for somebody else.
    static func claimRefused(
        of user: UserID, _ spelling: String, _ first: Payments.Known
    ) -> LedgerException {
        LedgerException(
            .paymentClaimedTwice,
            """
            \(user) claims \(spelling), which was confirmed as \(first.name) for \(first.user); the \
            claim was rejected and nothing was credited; if the payment was \(user)'s, move the money by \
            two adjustments
            """)
    }

    /// A claim of a payment that somebody else claims.
    static func claimedTwice(
        by user: UserID, _ spelling: String, _ first: Payments.Known
    ) -> LedgerException {
        LedgerException(
            .paymentClaimedTwice,
            """
            \(user) claims \(spelling), which \(first.user) claims as \(first.name); both wait; look at \
            the bank's statement whose payment it is, and confirm it for that user: the other claim is \
            rejected then
            """)
    }
}
