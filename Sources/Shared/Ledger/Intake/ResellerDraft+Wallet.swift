import BatchFiles
import Identity
import Money
import Tables

extension ResellerDraft {
    /// Notes a reseller's word that they paid. It credits nothing until the desk confirms it.
    package func claimDeposit(
        method: String, reference: String, amount: Amount, currency: Currency, _ line: ResellerLine
    ) throws {
        try record(claim(method, reference, amount, currency, ref: line.ref), of: line)
    }

    private func claim(
        _ method: String, _ reference: String, _ amount: Amount, _ currency: Currency, ref: String
    ) throws -> LineOutcome {
        let payments = try Payments(db, method: method, reference: reference)
        let first = try asFirstWritten(ref)
        if let own = payments.known.first(where: { $0.user == user && $0.ref == first })
            ?? payments.known.first(where: { $0.user == user })
        {
            return outcome(ofClaim: first, amount, currency, known: own)
        }
        let other = payments.confirmed ?? payments.known.first
        if let other, other.status == "confirmed" {
            try raise(.claimRefused(of: user, "\(method) \(reference)", other))
            return .rejected(
                Rejection(
                    .depositKnown,
                    "this payment was confirmed for another user; nothing was done; if it is "
                        + "yours, ask us: we know of this claim"))
        }
        if let holder = try holder(of: first) { return References.reused(ref, by: holder) }
        try db.run(
            """
            INSERT INTO deposits (user_id, method, reference, identity, amount, currency, status,
                                  ref, claimed_at)
            VALUES (\(user), \(method), \(reference), \(payments.identity), \(amount), \(currency),
                    'pending', \(ref), \(intake.now))
            """)
        try noteSpelling(ofRef: Spelling(ofName: ref))
        guard let other else { return .pending() }
        try raise(.claimedTwice(by: user, "\(method) \(reference)", other))
        return .pending(
            note: "another user claims this payment too; it is credited to the one for whom it is "
                + "confirmed")
    }

    private func raise(_ exception: LedgerException) throws {
        try Ledger.raise(exception, order: nil, provider: nil, db, at: intake.now)
    }

    /// The outcome of a claim for a payment that the user claimed before, or already has.
    private func outcome(
        ofClaim ref: String, _ amount: Amount, _ currency: Currency, known: Payments.Known
    ) -> LineOutcome {
        if known.ref == ref, known.status != "rejected" {
            // Once confirmed, the desk's amount counts, not the claimed one.
            let isSame =
                known.status == "confirmed"
                || (known.amount == amount && known.currency == currency.code)
            return isSame ? .duplicate() : References.reused(ref, by: "a deposit")
        }
        return .rejected(
            Rejection(
                .depositKnown,
                "this payment is known already as \(known.name), and \(known.status); nothing was "
                    + "done"))
    }

    /// Holds money that the reseller wants paid out, until the desk pays or declines it. The fee is
    /// taken out of the amount when it is paid.
    package func requestWithdrawal(
        of amount: Amount, fee: Amount, to destination: String, _ line: ResellerLine
    ) throws {
        try record(withdrawal(of: amount, fee: fee, to: destination, ref: line.ref), of: line)
    }

    private func withdrawal(
        of amount: Amount, fee: Amount, to destination: String, ref: String
    ) throws -> LineOutcome {
        let first = try asFirstWritten(ref)
        let known: (amount: Amount, destination: String)? = try db.first(
            "SELECT amount, destination FROM withdrawals WHERE user_id = \(user) AND ref = \(first)"
        ) { (try $0[0], try $0[1]) }
        if let known {
            // Case may matter in an account number.
            let isSame =
                known.amount == amount
                && Spelling(ofName: known.destination).key == Spelling(ofName: destination).key
            return isSame ? .duplicate() : References.reused(ref, by: "a withdrawal")
        }
        if let holder = try holder(of: first) { return References.reused(ref, by: holder) }
        guard FeePayment.withdrawal.allows(fee, of: amount) else {
            return .rejected(
                Rejection(.notAllowed, "the fee, \(fee), would leave nothing to pay out"))
        }
        let available = try postings.balance(of: .user(user, .available))
        // Credit is for orders: only the user's own money can be paid out.
        guard available >= amount else {
            return .rejected(
                Rejection(
                    .insufficientFunds, "\(available) is available; nothing was held"))
        }
        try db.run(
            """
            INSERT INTO withdrawals (user_id, ref, amount, fee, destination, status, created_at)
            VALUES (\(user), \(ref), \(amount), \(fee), \(destination), 'held', \(intake.now))
            """)
        let id = db.lastInsertedID
        try noteSpelling(ofRef: Spelling(ofName: ref))
        try postings.post(
            .withdrawalHold(id), from: .user(user, .available), to: .user(user, .held), amount,
            Subject(file: file, user: user, metadata: ref))
        return .accepted()
    }

    /// What a reference already names, in words; nil if nothing.
    private func holder(of ref: String) throws -> String? {
        if try References.isOrders(db, user, ref) { return "an order" }
        return try References.other(db, user, ref).map { "a \($0.0.rawValue)" }
    }
}
