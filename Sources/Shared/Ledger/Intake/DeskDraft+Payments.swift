import BatchFiles
import Identity
import Money
import Tables
import Timestamps

/// A payment that the desk confirms.
package struct ConfirmedDeposit: Sendable {
    package let user: UserID
    package let method: String
    package let reference: String
    /// The amount that was paid, in its own currency.
    package let amount: Amount
    package let currency: Currency
    /// The amount in the house currency.
    package let credited: Amount
    /// The part of `credited` that the house keeps.
    package let fee: Amount

    package init(
        user: UserID, method: String, reference: String, amount: Amount, currency: Currency,
        credited: Amount, fee: Amount
    ) {
        self.user = user
        self.method = method
        self.reference = reference
        self.amount = amount
        self.currency = currency
        self.credited = credited
        self.fee = fee
    }
}

extension DeskDraft {
    /// Credits a payment, once per method and reference, for ever.
    package func confirm(_ deposit: ConfirmedDeposit, _ line: Line) throws {
        try record(outcome(of: deposit), of: line)
    }

    private func outcome(of deposit: ConfirmedDeposit) throws -> LineOutcome {
        guard try exists(deposit.user) else { return Self.unknown(deposit.user) }
        let payments = try Payments(db, method: deposit.method, reference: deposit.reference)
        if let known = payments.confirmed { return Self.outcome(of: deposit, confirmedAs: known) }
        guard FeePayment.deposit.allows(deposit.fee, of: deposit.credited) else {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "the fee, \(deposit.fee), is more than the \(deposit.credited) to be credited; "
                        + "nothing was credited"))
        }
        let id = try insertOrConfirm(deposit, payments)
        try payments.rejectOtherClaims(for: deposit.user, db, in: intake)
        let subject = Subject(
            file: file, user: deposit.user, metadata: "\(deposit.method) \(deposit.reference)")
        let available = WalletKey.user(deposit.user, .available)
        let transaction = try postings.post(
            .deposit(id), from: .house(.deposits, intake.currency), to: available,
            deposit.credited, subject)
        try takeFee(
            deposit.fee, on: .deposit, id, from: available, of: transaction, subject)
        try Changes.note(db, deposit.user, .deposit, id)
        return .accepted(note: "credited \(deposit.credited), fee \(deposit.fee)")
    }

    /// The outcome for a payment that was confirmed before, under any spelling.
    private static func outcome(
        of deposit: ConfirmedDeposit, confirmedAs known: Payments.Known
    ) -> LineOutcome {
        let isSame =
            known.user == deposit.user && known.amount == deposit.amount
            && known.currency == deposit.currency.code
        let spelled = "\(deposit.method) \(deposit.reference)"
        let isSpelledAlike = known.name.utf8.elementsEqual(spelled.utf8)
        guard !isSame else {
            return .duplicate(note: isSpelledAlike ? nil : "first confirmed as \(known.name)")
        }
        return .rejected(
            Rejection(
                .depositKnown,
                "\(spelled) was confirmed \(isSpelledAlike ? "" : "as \(known.name) ")for "
                    + "\(known.user) over \(known.amount) \(known.currency); nothing was credited"
            ))
    }

    /// The row of a payment: the user's claim, now confirmed, or a new one.
    private func insertOrConfirm(
        _ deposit: ConfirmedDeposit, _ payments: Payments
    ) throws -> Int64 {
        if let claim = payments.claim(of: deposit.user) {
            try db.run(
                """
                UPDATE deposits SET status = 'confirmed', amount = \(deposit.amount),
                    currency = \(deposit.currency), credited = \(deposit.credited),
                    fee = \(deposit.fee), confirmed_at = \(intake.now)
                WHERE id = \(claim.id)
                """)
            return claim.id
        }
        try db.run(
            """
            INSERT INTO deposits (user_id, method, reference, identity, amount, currency, status,
                                  credited, fee, confirmed_at)
            VALUES (\(deposit.user), \(deposit.method), \(deposit.reference), \(payments.identity),
                    \(deposit.amount), \(deposit.currency), 'confirmed', \(deposit.credited),
                    \(deposit.fee), \(intake.now))
            """)
        return db.lastInsertedID
    }

    /// Ends a withdrawal: it was paid out, or it is declined and the money goes back.
    package func conclude(
        withdrawal ref: String, of user: UserID, isPaid: Bool, reference: String?, _ line: Line
    ) throws {
        try record(outcome(ofWithdrawal: ref, user, isPaid, reference), of: line)
    }

    private func outcome(
        ofWithdrawal ref: String, _ user: UserID, _ isPaid: Bool, _ reference: String?
    ) throws -> LineOutcome {
        guard try exists(user) else { return Self.unknown(user) }
        let status = isPaid ? "paid" : "declined"
        guard let known = try withdrawal(ref, of: user) else {
            return .rejected(
                Rejection(.badValue, "\(user) has no withdrawal \"\(ref)\"; nothing was done"))
        }
        guard known.status == "held" else {
            return known.status == status && Self.isSame(known.reference, reference)
                ? .duplicate()
                : .rejected(
                    Rejection(
                        .notAllowed,
                        "the withdrawal is \(known.status) already; nothing was done"))
        }
        try db.run(
            """
            UPDATE withdrawals SET status = \(status), reference = \(reference),
                ended_at = \(intake.now) WHERE id = \(known.id)
            """)
        try settle(known, isPaid: isPaid)
        try Changes.note(db, user, .withdrawal, known.id)
        return .accepted(note: status)
    }

    /// Whether two references name the same payment.
    private static func isSame(_ one: String?, _ other: String?) -> Bool {
        one.map { Spelling(ofPayment: $0).key } == other.map { Spelling(ofPayment: $0).key }
    }

    /// A withdrawal, with everything needed to end it.
    private struct Withdrawal {
        let id: Int64
        let user: UserID
        let ref: String
        let amount, fee: Amount
        let status: String
        let reference: String?
    }

    private func withdrawal(_ ref: String, of user: UserID) throws -> Withdrawal? {
        let ref = try References.asFirstWritten(
            db, user, Spelling(ofName: ref), hasSpellings: true)
        return try db.first(
            """
            SELECT id, ref, amount, fee, status, reference FROM withdrawals
            WHERE user_id = \(user) AND ref = \(ref)
            """
        ) { row in
            Withdrawal(
                id: try row[0], user: user, ref: try row[1], amount: try row[2], fee: try row[3],
                status: try row[4], reference: try row[5])
        }
    }

    private func settle(_ withdrawal: Withdrawal, isPaid: Bool) throws {
        let held = WalletKey.user(withdrawal.user, .held)
        let subject = Subject(file: file, user: withdrawal.user, metadata: withdrawal.ref)
        if isPaid {
            let transaction = try postings.post(
                .withdrawal(withdrawal.id), from: held, to: .house(.payouts, intake.currency),
                withdrawal.amount - withdrawal.fee, subject)
            try takeFee(
                withdrawal.fee, on: .withdrawal, withdrawal.id, from: held, of: transaction,
                subject)
        } else {
            try postings.post(
                .withdrawalRelease(withdrawal.id), from: held,
                to: .user(withdrawal.user, .available), withdrawal.amount, subject)
        }
    }

    /// Moves a fee to the house, and notes which transaction it belongs to.
    private func takeFee(
        _ fee: Amount, on payment: FeePayment, _ id: Int64, from wallet: WalletKey,
        of transaction: Int64, _ subject: Subject
    ) throws {
        guard fee > .zero else { return }
        let feeTransaction = try postings.post(
            .fee(on: payment, id), from: wallet, to: .house(.fees, intake.currency), fee, subject)
        try db.run(
            """
            INSERT INTO transaction_fees (transaction_id, fee_transaction_id, fee_amount, fee_type)
            VALUES (\(transaction), \(feeTransaction), \(fee), \(payment.rawValue))
            """)
    }
}
