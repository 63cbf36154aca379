import GRDB
import Money

extension FileDraft {
    /// Writes down that the reseller says he paid. Credits nothing: the desk confirms it.
    package func claimDeposit(
        method: String, reference: String, amount: Amount, currency: Currency, _ line: Line
    ) throws {
        let ref = line.ref!
        let known = try db.cachedStatement(
            sql: """
                SELECT user_id, ref, amount, currency, status FROM deposits
                WHERE (user_id = ?1 OR status = 'confirmed') AND method = ?2 AND reference = ?3
                ORDER BY user_id = ?1 DESC LIMIT 1
                """
        ).fetchRow([user, method, reference])
        if let known {
            try note(line, outcome(ofClaim: ref, amount, currency, known: known))
            return
        }
        if let holder = try holder(of: ref) {
            try note(line, References.reused(ref, by: holder))
            return
        }
        try db.execute(
            literal: """
                INSERT INTO deposits (user_id, method, reference, amount, currency, status, ref,
                                      claimed_at)
                VALUES (\(user), \(method), \(reference), \(amount), \(currency), 'pending', \(ref),
                        \(intake.now))
                """)
        try note(line, .pending)
    }

    /// A claim for a payment we know of: said before, or confirmed already.
    private func outcome(
        ofClaim ref: String, _ amount: Amount, _ currency: Currency, known: Row
    ) throws -> LineOutcome {
        let (owner, claimed): (UserID, String?) = (known["user_id"], known["ref"])
        if owner == user, claimed == ref {
            // Once confirmed, the desk's amount stands there, and his own is of no more account.
            let isSame =
                known["status"] == "confirmed"
                || (known["amount"] == amount && known["currency"] == currency)
            return isSame ? .duplicate() : References.reused(ref, by: "a deposit")
        }
        return .rejected(
            Rejection(
                .depositKnown,
                "this payment is known already and \(known["status"] as String); nothing was done"))
    }

    /// Holds money that the reseller wants paid out, until the desk says how it ended. The fee is
    /// taken out of the amount when it is paid.
    package func requestWithdrawal(
        of amount: Amount, fee: Amount, to destination: String, _ line: Line
    ) throws {
        try note(line, withdrawal(of: amount, fee: fee, to: destination, ref: line.ref!))
    }

    private func withdrawal(
        of amount: Amount, fee: Amount, to destination: String, ref: String
    ) throws -> LineOutcome {
        if let known = try Row.fetchOne(
            db, sql: "SELECT amount, destination FROM withdrawals WHERE user_id = ? AND ref = ?",
            arguments: [user, ref])
        {
            return known["amount"] == amount && known["destination"] == destination
                ? .duplicate() : References.reused(ref, by: "a withdrawal")
        }
        if let holder = try holder(of: ref) { return References.reused(ref, by: holder) }
        guard fee < amount else {
            return .rejected(
                Rejection(.notAllowed, "the fee, \(fee), would leave nothing to pay out"))
        }
        let available = try postings.balance(of: .user(user, .available))
        // Credit is for orders: only money that is there can be paid out.
        guard available >= amount else {
            return .rejected(
                Rejection(
                    .insufficientFunds, "\(available) is available; nothing was held"))
        }
        try db.execute(
            literal: """
                INSERT INTO withdrawals (user_id, ref, amount, fee, destination, status, created_at)
                VALUES (\(user), \(ref), \(amount), \(fee), \(destination), 'held', \(intake.now))
                """)
        try postings.post(
            .withdrawalHold, "withdrawal_hold:\(db.lastInsertedRowID)",
            from: .user(user, .available), to: .user(user, .held), amount,
            Subject(file: file, user: user, metadata: ref))
        return .accepted()
    }

    /// What else a reference names, in words; nil if nothing.
    private func holder(of ref: String) throws -> String? {
        if try References.isOrders(db, user, ref) { return "an order" }
        return try References.other(db, user, ref).map { "a \($0.0.rawValue)" }
    }
}
