import BatchFiles
import Ledger
import Money
import Settings
import Trade

/// The effect of a desk file, line by line: users before the lines that need them.
struct DeskFile {
    private let draft: DeskDraft
    private let settings: Settings
    /// Who dropped the file, and why: it stays in the books.
    private let person: String
    /// The arrays that it may hold.
    private let allowed: Set<LineKind>

    init(
        _ draft: DeskDraft, _ outline: BatchOutline, _ settings: Settings,
        mayBring allowed: Set<LineKind>
    ) {
        self.draft = draft
        self.settings = settings
        self.allowed = allowed
        person = [outline.by ?? "the desk", outline.why].compactMap(\.self).joined(separator: ": ")
    }

    /// Takes one line: it takes effect, or is recorded as rejected.
    func take(_ kind: LineKind, _ number: Int, _ fields: inout LineFields) throws {
        let line = Line(kind, number)
        do {
            guard allowed.contains(kind) else {
                throw Rejection(
                    .notAllowed,
                    "this desk may not bring \(kind); the settings (desks) say what it may bring")
            }
            try fields.checkIsObject()
            try draft.whole { try act(on: line, &fields) }
        } catch let rejection as Rejection {
            try draft.reject(line, rejection)
        }
    }

    private func act(on line: Line, _ fields: inout LineFields) throws {
        switch line.kind {
        case .users: try user(line, &fields)
        case .signUps:
            let user = try required(fields.user(), "user")
            let email = try fields.text("email")
            let name = try fields.text("name")
            try fields.checkNothingRemains()
            try draft.signUp(user, email: email, name: name, line)
        case .bans:
            let user = try required(fields.user(), "user")
            let reason = try fields.text("reason", longest: Text.longestLink)
            let until = try fields.moment("until")
            try fields.checkNothingRemains()
            try draft.ban(user, reason: reason, until: until, line)
        case .unbans:
            let user = try required(fields.user(), "user")
            try fields.checkNothingRemains()
            try draft.unban(user, line)
        case .prices:
            let user = try required(fields.user(), "user")
            let service = try required(fields.service(), "service")
            let price = try required(fields.rate("price"), "price")
            try fields.checkNothingRemains()
            try draft.setPrice(price, of: service, for: user, line)
        case .deposits: try deposit(line, &fields)
        case .withdrawals: try withdrawal(line, &fields)
        case .decisions: try decision(line, &fields)
        case .refunds:
            let order = try required(fields.order(), "order")
            let amount = try required(fields.positiveAmount("amount"), "amount")
            try fields.checkNothingRemains()
            try draft.refund(amount, of: order, by: person, line)
        case .adjustments:
            let user = try required(fields.user(), "user")
            let amount = try required(fields.amount("amount"), "amount")
            guard amount != .zero else { throw Rejection(.badValue, "amount must not be zero") }
            try Text.checkIncoming("amount", amount)
            try fields.checkNothingRemains()
            try draft.adjust(user, by: amount, by: person, line)
        case .topups:
            let provider = try required(fields.text("provider"), "provider")
            let amount = try required(fields.incomingAmount("amount"), "amount")
            let reference = try fields.text("reference")
            try fields.checkNothingRemains()
            try draft.topUp(provider, by: amount, reference: reference, line)
        case .releases:
            let service = try required(fields.service(), "service")
            let rate = try fields.rate("rate")
            try fields.checkNothingRemains()
            try draft.release(service, at: rate, line)
        case .tasks:
            let runs = AskedRun.allCases.map(\.rawValue)
            let word = try required(fields.word("run", among: runs), "run")
            let provider = try fields.text("provider")
            try fields.checkNothingRemains()
            guard let run = AskedRun(rawValue: word) else {
                preconditionFailure("\(word) is one of the words")
            }
            try draft.ask(for: run, of: provider, line)
        case .orders, .refills, .cancels:
            preconditionFailure("\(line.kind) belong to resellers")
        }
    }

    private func user(_ line: Line, _ fields: inout LineFields) throws {
        var entry = UserEntry(user: try required(fields.user(), "user"))
        entry.email = try fields.text("email")
        entry.name = try fields.text("name")
        entry.role = try fields.word("role", among: ["reseller", "admin"])
        entry.discount = try fields.percent("discount_percent")
        entry.creditLimit = try fields.amount("credit_limit")
        if let limit = entry.creditLimit, limit < .zero {
            throw Rejection(.badValue, "credit_limit must not be negative")
        }
        try fields.checkNothingRemains()
        try draft.put(entry, line)
    }

    private func deposit(_ line: Line, _ fields: inout LineFields) throws {
        let user = try required(fields.user(), "user")
        let method = try required(fields.text("method"), "method")
        let reference = try required(fields.text("reference"), "reference")
        let amount = try required(fields.incomingAmount("amount"), "amount")
        let currency =
            try fields.currency("currency", among: settings.acceptedCurrencies) ?? settings.currency
        try fields.checkNothingRemains()
        guard let rate = settings.exchangeRate(of: currency) else {
            preconditionFailure("an accepted currency has an exchange rate")
        }
        let credit = try DepositCredit(
            of: amount, currency, at: rate, fee: settings.fees.deposit, in: settings.currency)
        try draft.confirm(
            ConfirmedDeposit(
                user: user, method: method, reference: reference, amount: amount,
                currency: currency, credited: credit.credited, fee: credit.fee), line)
    }

    private func withdrawal(_ line: Line, _ fields: inout LineFields) throws {
        let user = try required(fields.user(), "user")
        let ref = try required(fields.text("ref"), "ref")
        let outcome = try required(fields.word("outcome", among: ["paid", "declined"]), "outcome")
        let reference = try fields.text("reference")
        try fields.checkNothingRemains()
        try draft.conclude(
            withdrawal: ref, of: user, isPaid: outcome == "paid", reference: reference, line)
    }

    private func decision(_ line: Line, _ fields: inout LineFields) throws {
        let order = try required(fields.order(), "order")
        let outcome = try required(
            fields.word("outcome", among: ["placed", "not_placed", "refund"]), "outcome")
        let providerOrder = try fields.text("provider_order")
        try fields.checkNothingRemains()
        let decision: Decision =
            switch outcome {
            case "placed":
                .placed(providerOrder: try required(providerOrder, "provider_order"))
            case "not_placed": .notPlaced
            default: .refund
            }
        if let providerOrder, !providerOrder.utf8.allSatisfy(ProviderIdentifier.allows) {
            throw Rejection(
                .badValue, "provider_order must be one id: letters, digits, point, - and _")
        }
        if outcome != "placed", providerOrder != nil {
            throw Rejection(.badValue, "provider_order belongs to the outcome placed only")
        }
        try draft.decide(
            decision, on: order, by: person, line, asking: { Witness(settings.asked($0)) })
    }
}

extension Witness {
    /// What a provider can be asked about one of its orders.
    fileprivate init(_ provider: ProviderSettings?) {
        self = provider.map { $0.inquiry == .orders ? .orders : .statuses } ?? .silent
    }
}
