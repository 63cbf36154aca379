import Money
import Tables

/// Everything the ledger knows about one payment, under any spelling and from any user.
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

        /// As it was first written.
        var name: String { "\(method) \(reference)" }
    }

    let identity: String
    /// The oldest first. Deposits from before payments were compared by key come last if they look
    /// like another one.
    let known: [Known]

    init(_ db: any Connection, method: String, reference: String) throws {
        let identity = Identities.payment(method, reference)
        self.identity = identity
        known = try db.all(
            """
            SELECT id, user_id, method, reference, amount, currency, status, ref FROM deposits
            WHERE identity = \(identity) ORDER BY looks_like IS NOT NULL, id
            """
        ) { row in
            Known(
                id: try row[0], user: try row[1], method: try row[2], reference: try row[3],
                amount: try row[4], currency: try row[5], status: try row[6], ref: try row[7])
        }
    }

    var confirmed: Known? { known.first { $0.status == "confirmed" } }

    func claim(of user: UserID) -> Known? {
        known.first { $0.user == user && $0.status == "pending" }
    }

    /// Rejects the other claims for a payment that is confirmed now, and reports this to the users
    /// who made them and to the operator.
    func rejectOtherClaims(for user: UserID, _ db: any Connection, in intake: Intake) throws {
        // The claim that was confirmed is not pending any more.
        let left: [Int64] = try db.values(
            "SELECT id FROM deposits WHERE identity = \(identity) AND status = 'pending'")
        for claim in known where left.contains(claim.id) {
            try db.run("UPDATE deposits SET status = 'rejected' WHERE id = \(claim.id)")
            try Changes.note(db, claim.user, .deposit, claim.id)
            try Ledger.raise(
                .claimLost(claim, to: user), order: nil, provider: nil, db, at: intake.now)
        }
    }
}

extension LedgerException {
    /// A claim whose payment was confirmed for another user, or under another claim of this one.
    static func claimLost(_ claim: Payments.Known, to user: UserID) -> LedgerException {
        let isTheirs = claim.user == user
        return LedgerException(
            .paymentClaimedTwice,
            "\(claim.user) claimed \(claim.name)\(claim.ref.map { " (ref \($0))" } ?? ""), which "
                + "was confirmed \(isTheirs ? "under another claim of theirs" : "for \(user)"); "
                + "that claim is rejected and nothing was credited for it; "
                + (isTheirs
                    ? "nothing needs to be done"
                    : "if the payment was \(claim.user)'s, move the money by two adjustments"))
    }

    /// A claim for a payment that was confirmed for another user.
    static func claimRefused(
        of user: UserID, _ spelling: String, _ first: Payments.Known
    ) -> LedgerException {
        LedgerException(
            .paymentClaimedTwice,
            "\(user) claims \(spelling), which was confirmed as \(first.name) for \(first.user); "
                + "the claim was rejected and nothing was credited; if the payment was \(user)'s, "
                + "move the money by two adjustments")
    }

    /// A claim for a payment that another user claims too.
    static func claimedTwice(
        by user: UserID, _ spelling: String, _ first: Payments.Known
    ) -> LedgerException {
        LedgerException(
            .paymentClaimedTwice,
            "\(user) claims \(spelling), which \(first.user) claims as \(first.name); both wait; "
                + "look at the bank's statement whose payment it is, and confirm it for that user: "
                + "the other claim is rejected then")
    }
}
