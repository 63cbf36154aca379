import GRDB
import Money
import Tables

extension DeskDraft {
    /// Corrects a user's balance, up or down, against `writeoff`.
    package func adjust(_ user: UserID, by amount: Amount, by person: String, _ line: Line) throws {
        guard try exists(user) else {
            try record(Self.unknown(user), of: line)
            return
        }
        let wallet = WalletKey.user(user, .available)
        let writeoff = WalletKey.house(.writeoff, intake.currency)
        let reference = "adjustment:\(file):\(line.number)"
        let subject = Subject(file: file, user: user, metadata: person)
        if amount < .zero {
            let taken = try -amount
            let available = try postings.balance(of: wallet)
            let limit = try Amount.fetchOne(
                db.grdb, sql: "SELECT credit_limit FROM users WHERE id = ?", arguments: [user])!
            guard try taken - limit <= available else {
                return try reject(
                    line,
                    Rejection(
                        .insufficientFunds, "\(user) has \(available); nothing was taken"))
            }
            try postings.post(.adjustment, reference, from: wallet, to: writeoff, taken, subject)
        } else {
            try postings.post(.adjustment, reference, from: writeoff, to: wallet, amount, subject)
        }
        try record(.accepted(), of: line)
    }

    /// Books money that was sent to a provider, once per provider and reference.
    package func topUp(
        _ provider: String, by amount: Amount, reference: String?, _ line: Line
    ) throws {
        guard
            let row = try GRDB.Row.fetchOne(
                db.grdb, sql: "SELECT id, currency FROM providers WHERE name = ?",
                arguments: [provider])
        else {
            return try reject(
                line,
                Rejection(.badValue, "there is no provider \"\(provider)\"; nothing was booked"))
        }
        let (id, currency): (ProviderID, Currency) = (row["id"], row["currency"])
        let fallback = "\(batch)#topups#\(line.number)"
        let identity = Identities.topup(reference, fallback: fallback)
        if let booked = try Amount.fetchOne(
            db.grdb,
            sql: """
                SELECT t.amount FROM topups p JOIN transactions t ON t.id = p.transaction_id
                WHERE p.provider_id = ? AND p.identity = ?
                """, arguments: [id, identity])
        {
            guard booked == amount else {
                return try reject(
                    line,
                    Rejection(
                        .refReused,
                        "this top-up was booked with \(booked); nothing was booked"))
            }
            try record(.duplicate(), of: line)
            return
        }
        let transaction = try postings.post(
            .providerTopup, "provider_topup:\(provider):\(reference ?? fallback)",
            from: .house(.deposits, currency),
            to: .provider(id, .float, currency), amount, Subject(file: file, metadata: reference))
        try db.grdb.execute(
            literal: """
                INSERT INTO topups (provider_id, identity, transaction_id)
                VALUES (\(id), \(identity), \(transaction))
                """)
        try record(.accepted(), of: line)
    }
}
