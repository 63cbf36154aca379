import BatchFiles
import Money
import Tables

extension DeskDraft {
    /// Corrects a user's balance, up or down, against `writeoff`.
    package func adjust(_ user: UserID, by amount: Amount, by person: String, _ line: Line) throws {
        try record(outcome(ofAdjusting: user, by: amount, by: person, line), of: line)
    }

    private func outcome(
        ofAdjusting user: UserID, by amount: Amount, by person: String, _ line: Line
    ) throws -> LineOutcome {
        guard let terms = try intake.terms(of: user) else { return Self.unknown(user) }
        let wallet = WalletKey.user(user, .available)
        let writeoff = WalletKey.house(.writeoff, intake.currency)
        let reference = PostingReference.adjustment(in: file, line: line.number)
        let subject = Subject(file: file, user: user, metadata: person)
        guard amount < .zero else {
            try postings.post(reference, from: writeoff, to: wallet, amount, subject)
            return .accepted()
        }
        let taken = try -amount
        let available = try postings.balance(of: wallet)
        guard try taken - terms.creditLimit <= available else {
            return .rejected(
                Rejection(.insufficientFunds, "\(user) has \(available); nothing was taken"))
        }
        try postings.post(reference, from: wallet, to: writeoff, taken, subject)
        return .accepted()
    }

    /// Books money that was sent to a provider, once per provider and reference.
    package func topUp(
        _ provider: String, by amount: Amount, reference: String?, _ line: Line
    ) throws {
        try record(outcome(ofToppingUp: provider, by: amount, reference, line), of: line)
    }

    private func outcome(
        ofToppingUp name: String, by amount: Amount, _ reference: String?, _ line: Line
    ) throws -> LineOutcome {
        let provider: (id: ProviderID, currency: Currency)? = try db.first(
            "SELECT id, currency FROM providers WHERE name = \(name)"
        ) { (try $0[0], try $0[1]) }
        guard let provider else {
            return .rejected(
                Rejection(.badValue, "there is no provider \"\(name)\"; nothing was booked"))
        }
        let fallback = "\(batch)#topups#\(line.number)"
        let identity = Identities.topup(reference, fallback: fallback)
        let booked: Amount? = try db.value(
            """
            SELECT t.amount FROM topups p JOIN transactions t ON t.id = p.transaction_id
            WHERE p.provider_id = \(provider.id) AND p.identity = \(identity)
            """)
        if let booked {
            return booked == amount
                ? .duplicate()
                : .rejected(
                    Rejection(
                        .refReused,
                        "this top-up was booked with \(booked); nothing was booked"))
        }
        let transaction = try postings.post(
            .providerTopup(name, reference ?? fallback),
            from: .house(.deposits, provider.currency),
            to: .provider(provider.id, .float, provider.currency), amount,
            Subject(file: file, metadata: reference))
        try db.run(
            """
            INSERT INTO topups (provider_id, identity, transaction_id)
            VALUES (\(provider.id), \(identity), \(transaction))
            """)
        return .accepted()
    }
}
