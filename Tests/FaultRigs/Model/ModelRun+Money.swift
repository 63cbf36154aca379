import BatchFiles
import Ledger
import Money

/// Payments, withdrawals and corrections, in both.
extension ModelRun {
    mutating func claim(_ micros: Int64, by user: UserID) throws {
        let reference = newRef()
        let reply = try books.reply(to: user, .deposits, ref: newRef()) { draft, line in
            try draft.claimDeposit(
                method: "bank", reference: reference, amount: Amount(micros: micros),
                currency: Currency(parsing: "USD"), line)
        }
        expect(reply, "pending", "a claim")
        model.claims.append((user, reference, micros))
    }

    /// Confirms a payment, half of the time one that was claimed.
    mutating func confirm(_ micros: Int64, for user: UserID) throws {
        var (user, reference, amount) = (user, newRef(), micros)
        if !model.claims.isEmpty, Bool.random(using: &random) {
            (user, reference, amount) = model.claims.removeFirst()
        }
        let fee = Int64.random(in: 0...amount / 10, using: &random)
        expect(try confirmation(reference, amount, fee, user), "accepted", "a confirmation")
        model.payments[reference] = (user, amount)
        model.available[user]! += amount - fee
        model.fees += fee
    }

    /// A payment counts once per reference, for ever: a repetition moves nothing, and neither does
    /// another one of the same name.
    mutating func confirmAgain(for user: UserID) throws {
        guard let reference = model.payments.keys.sorted().randomElement(using: &random) else {
            return
        }
        let known = model.payments[reference]!
        let amount = Bool.random(using: &random) ? known.amount : known.amount + 1
        let isSame = user == known.user && amount == known.amount
        expect(
            try confirmation(reference, amount, 0, user), isSame ? "duplicate" : "DEPOSIT_KNOWN",
            "a confirmation again")
    }

    private func confirmation(
        _ reference: String, _ amount: Int64, _ fee: Int64, _ user: UserID
    ) throws -> String {
        try books.deskReply(.deposits) { draft, line in
            try draft.confirm(
                ConfirmedDeposit(
                    user: user, method: "bank", reference: reference,
                    amount: Amount(micros: amount), currency: Currency(parsing: "USD"),
                    credited: Amount(micros: amount), fee: Amount(micros: fee)), line)
        }
    }

    mutating func withdraw(_ micros: Int64, by user: UserID) throws {
        let ref = newRef()
        let fee = micros / 20
        let reply = try books.reply(to: user, .withdrawals, ref: ref) { draft, line in
            try draft.requestWithdrawal(
                of: Amount(micros: micros), fee: Amount(micros: fee), to: "IBAN", line)
        }
        // Money that is there can be withdrawn, credit cannot.
        let isThere = model.available[user]! >= micros
        expect(reply, isThere ? "accepted" : "INSUFFICIENT_FUNDS", "a withdrawal")
        guard isThere else { return }
        model.available[user]! -= micros
        model.held.append(Model.Withdrawal(user: user, ref: ref, amount: micros, fee: fee))
    }

    mutating func conclude() throws {
        guard !model.held.isEmpty else { return }
        let withdrawal = model.held.removeFirst()
        let isPaid = Bool.random(using: &random)
        for wanted in ["accepted", "duplicate"] {
            let reply = try books.deskReply(.withdrawals) { draft, line in
                try draft.conclude(
                    withdrawal: withdrawal.ref, of: withdrawal.user, isPaid: isPaid,
                    reference: nil, line)
            }
            expect(reply, wanted, "the end of a withdrawal")
        }
        if isPaid {
            model.fees += withdrawal.fee
        } else {
            model.available[withdrawal.user]! += withdrawal.amount
        }
    }

    mutating func adjust(_ micros: Int64, for user: UserID) throws {
        let change = Bool.random(using: &random) ? micros / 3 : -micros / 3
        let reply = try books.deskReply(.adjustments) { draft, line in
            try draft.adjust(user, by: Amount(micros: change), by: "anna", line)
        }
        let isCovered = model.canSpend(-change, user)
        expect(reply, isCovered ? "accepted" : "INSUFFICIENT_FUNDS", "an adjustment")
        if isCovered { model.available[user]! += change }
    }

    /// Gives back some of what an order earned; never more.
    mutating func refund() throws {
        guard let id = pick({ $0.state.isEnded }) else { return }
        let order = model.orders[id]!
        let back = Int64.random(in: 1...max(1, order.charge), using: &random)
        let reply = try books.deskReply(.refunds) { draft, line in
            try draft.refund(Amount(micros: back), of: OrderID(id), by: "anna", line)
        }
        let isEarned = back <= order.earned
        expect(reply, isEarned ? "accepted" : "NOT_ALLOWED", "a refund")
        guard isEarned else { return }
        model.orders[id]!.earned -= back
        model.available[order.user]! += back
    }
}
