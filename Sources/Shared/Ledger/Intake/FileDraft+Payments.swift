import GRDB
import Money
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

extension FileDraft {
    /// Credits a payment, once per method and reference, for ever.
    package func confirm(_ deposit: ConfirmedDeposit, _ line: Line) throws {
        try note(line, outcome(of: deposit))
    }

    private func outcome(of deposit: ConfirmedDeposit) throws -> LineOutcome {
        guard try exists(deposit.user) else { return Self.unknown(deposit.user) }
        if let known = try Row.fetchOne(
            db,
            sql: """
                SELECT user_id, amount, currency FROM deposits
                WHERE method = ? AND reference = ? AND status = 'confirmed'
                """, arguments: [deposit.method, deposit.reference])
        {
            let isSame =
                known["user_id"] == deposit.user && known["amount"] == deposit.amount
                && known["currency"] == deposit.currency
            return isSame
                ? .duplicate()
                : .rejected(
                    Rejection(
                        .depositKnown,
                        "\(deposit.method) \(deposit.reference) was confirmed for "
                            + "\(known["user_id"] as String) over \(known["amount"] as Amount) "
                            + "\(known["currency"] as String); nothing was credited"))
        }
        guard deposit.fee <= deposit.credited else {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "the fee, \(deposit.fee), is more than the \(deposit.credited) to be credited; "
                        + "nothing was credited"))
        }
        let id = try Int64.fetchOne(
            db,
            sql: """
                INSERT INTO deposits (user_id, method, reference, amount, currency, status, credited,
                                      fee, confirmed_at)
                VALUES (?, ?, ?, ?, ?, 'confirmed', ?, ?, ?)
                ON CONFLICT (user_id, method, reference) DO UPDATE SET status = 'confirmed',
                    amount = excluded.amount, currency = excluded.currency,
                    credited = excluded.credited, fee = excluded.fee,
                    confirmed_at = excluded.confirmed_at
                RETURNING id
                """,
            arguments: [
                deposit.user, deposit.method, deposit.reference, deposit.amount, deposit.currency,
                deposit.credited, deposit.fee, intake.now,
            ])!
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

    /// Says how a withdrawal ended: paid out, or declined and given back.
    package func conclude(
        withdrawal ref: String, of user: UserID, isPaid: Bool, reference: String?, _ line: Line
    ) throws {
        try note(line, outcome(ofWithdrawal: ref, user, isPaid, reference))
    }

    private func outcome(
        ofWithdrawal ref: String, _ user: UserID, _ isPaid: Bool, _ reference: String?
    ) throws -> LineOutcome {
        guard try exists(user) else { return Self.unknown(user) }
        let status = isPaid ? "paid" : "declined"
        guard
            let known = try Row.fetchOne(
                db, sql: "SELECT * FROM withdrawals WHERE user_id = ? AND ref = ?",
                arguments: [user, ref])
        else {
            return .rejected(
                Rejection(.badValue, "\(user) has no withdrawal \"\(ref)\"; nothing was done"))
        }
        guard known["status"] == "held" else {
            return known["status"] == status && known["reference"] == reference
                ? .duplicate()
                : .rejected(
                    Rejection(
                        .notAllowed,
                        "the withdrawal is \(known["status"] as String) already; nothing was done"))
        }
        let id: Int64 = known["id"]
        try db.execute(
            literal: """
                UPDATE withdrawals SET status = \(status), reference = \(reference),
                    ended_at = \(intake.now) WHERE id = \(id)
                """)
        try settleWithdrawal(known, isPaid: isPaid, user)
        try Changes.note(db, user, .withdrawal, id)
        return .accepted(note: status)
    }

    private func settleWithdrawal(_ withdrawal: Row, isPaid: Bool, _ user: UserID) throws {
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
        try db.execute(
            literal: """
                INSERT INTO transaction_fees (transaction_id, fee_transaction_id, fee_amount, fee_type)
                VALUES (\(transaction), \(feeTransaction), \(fee), \(type.rawValue))
                """)
    }
}
