import GRDB
import Identity
import Money
import Tables
import Timestamps

/// A payment that the desk confirms.
package struct ConfirmedDeposit: Sendable {
    package let user: UserID
    package let method: String
    package let reference: String
    /// What was paid, in its own currency.
    package let amount: Amount
    package let currency: Currency
    /// The same in the house currency.
    package let credited: Amount
    /// What the house keeps of it.
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
        guard deposit.fee <= deposit.credited else {
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
            .deposit, "deposit:\(id)", from: .house(.deposits, intake.currency), to: available,
            deposit.credited, subject)
        try takeFee(
            deposit.fee, from: available, .deposit, id: id, of: transaction, subject)
        try Changes.note(db, deposit.user, .deposit, id)
        return .accepted(note: "credited \(deposit.credited), fee \(deposit.fee)")
    }

    /// The outcome of a payment that was confirmed before, however it was spelled then.
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

    /// The row of a payment: that of the user's claim, or a new one.
    private func insertOrConfirm(
        _ deposit: ConfirmedDeposit, _ payments: Payments
    ) throws -> Int64 {
        if let claim = payments.claim(of: deposit.user) {
            try db.grdb.execute(
                literal: """
                    UPDATE deposits SET status = 'confirmed', amount = \(deposit.amount),
                        currency = \(deposit.currency), credited = \(deposit.credited),
                        fee = \(deposit.fee), confirmed_at = \(intake.now)
                    WHERE id = \(claim.id)
                    """)
            return claim.id
        }
        try db.grdb.execute(
            literal: """
                INSERT INTO deposits (user_id, method, reference, identity, amount, currency, status,
                                      credited, fee, confirmed_at)
                VALUES (\(deposit.user), \(deposit.method), \(deposit.reference),
                        \(payments.identity), \(deposit.amount), \(deposit.currency), 'confirmed',
                        \(deposit.credited), \(deposit.fee), \(intake.now))
                """)
        return db.grdb.lastInsertedRowID
    }

    /// Says how a withdrawal ended: paid out, or declined and given back.
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
        guard
            let known = try GRDB.Row.fetchOne(
                db.grdb, sql: "SELECT * FROM withdrawals WHERE user_id = ? AND ref = ?",
                arguments: [
                    user,
                    References.asFirstWritten(
                        db, user, Spelling(ofName: ref), hasSpellings: true),
                ])
        else {
            return .rejected(
                Rejection(.badValue, "\(user) has no withdrawal \"\(ref)\"; nothing was done"))
        }
        guard known["status"] == "held" else {
            return known["status"] == status
                && Self.isSame(known["reference"], reference)
                ? .duplicate()
                : .rejected(
                    Rejection(
                        .notAllowed,
                        "the withdrawal is \(known["status"] as String) already; nothing was done"))
        }
        let id: Int64 = known["id"]
        try db.grdb.execute(
            literal: """
                UPDATE withdrawals SET status = \(status), reference = \(reference),
                    ended_at = \(intake.now) WHERE id = \(id)
                """)
        try settleWithdrawal(known, isPaid: isPaid, user)
        try Changes.note(db, user, .withdrawal, id)
        return .accepted(note: status)
    }

    /// Whether two references of a payment are one.
    private static func isSame(_ one: String?, _ other: String?) -> Bool {
        one.map { Spelling(ofPayment: $0).key } == other.map { Spelling(ofPayment: $0).key }
    }

    private func settleWithdrawal(_ withdrawal: GRDB.Row, isPaid: Bool, _ user: UserID) throws {
        let id: Int64 = withdrawal["id"]
        let (amount, fee): (Amount, Amount) = (withdrawal["amount"], withdrawal["fee"])
        let held = WalletKey.user(user, .held)
        let subject = Subject(file: file, user: user, metadata: withdrawal["ref"])
        if isPaid {
            let transaction = try postings.post(
                .withdrawal, "withdrawal:\(id)", from: held,
                to: .house(.payouts, intake.currency), amount - fee, subject)
            try takeFee(fee, from: held, .withdrawal, id: id, of: transaction, subject)
        } else {
            try postings.post(
                .withdrawalRelease, "withdrawal_release:\(id)", from: held,
                to: .user(user, .available), amount, subject)
        }
    }

    /// Moves a fee to the house, and keeps of which transaction it is.
    private func takeFee(
        _ fee: Amount, from wallet: WalletKey, _ type: TransactionType, id: Int64,
        of transaction: Int64, _ subject: Subject
    ) throws {
        guard fee > .zero else { return }
        let feeTransaction = try postings.post(
            .fee, "fee:\(type.rawValue):\(id)", from: wallet, to: .house(.fees, intake.currency),
            fee, subject)
        try db.grdb.execute(
            literal: """
                INSERT INTO transaction_fees (transaction_id, fee_transaction_id, fee_amount, fee_type)
                VALUES (\(transaction), \(feeTransaction), \(fee), \(type.rawValue))
                """)
    }
}
