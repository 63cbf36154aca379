import BatchFiles
import Identity
import Ledger
import Money
import Settings
import Trade

/// The effect of a reseller's batch, line by line: orders first, then requests about
/// orders, then money.
struct ResellerFile {
    private let draft: ResellerDraft
    private let settings: Settings
    private let duplicateLinks: DuplicateLinks
    private var checks: OrderChecks
    /// The rejections of an `all_or_nothing` file's first pass.
    private let rejected: RejectedLines
    /// The sum that `total` is compared with, in millionths: the charges as we price them, and the
    /// withdrawals. It includes rejected lines, so it may exceed what any wallet holds.
    private(set) var total: Int128 = 0

    /// - Parameters:
    ///   - draft: takes the lines.
    ///   - settings: the settings.
    ///   - duplicateLinks: what the batch wants done with links of open orders; the stricter of it
    ///     and the settings holds.
    ///   - rejected: the lines that a first pass rejected, if the file is recorded as aborted.
    init(
        _ draft: ResellerDraft, _ settings: Settings, _ duplicateLinks: DuplicateLinks?,
        abortingFor rejected: RejectedLines
    ) {
        self.draft = draft
        self.settings = settings
        self.duplicateLinks = max(
            duplicateLinks ?? settings.duplicateLinks, settings.duplicateLinks)
        self.rejected = rejected
        checks = OrderChecks(draft.batch, settings, on: KnownTerms(draft.terms))
    }

    /// Takes one line: it takes effect, or is recorded as rejected.
    mutating func take(_ kind: LineKind, _ number: Int, _ fields: inout LineFields) throws {
        if kind == .orders { return try take(try checks.check(number, &fields)) }
        let fallback = OrderChecks.fallback(draft.batch, kind, number)
        var line = ResellerLine(kind, number, ref: fallback)
        do {
            try fields.checkIsObject()
            line = ResellerLine(kind, number, ref: try fields.text("ref") ?? fallback)
            try draft.whole { try act(on: line, &fields) }
        } catch let rejection as Rejection {
            try draft.reject(line, rejection)
        }
    }

    private mutating func act(on line: ResellerLine, _ fields: inout LineFields) throws {
        switch line.kind {
        case .refills:
            let order = try required(fields.order(), "order")
            try fields.checkNothingRemains()
            try unlessAborted(line) { try draft.requestRefill(of: order, line) }
        case .cancels:
            let order = try required(fields.order(), "order")
            try fields.checkNothingRemains()
            try unlessAborted(line) { try draft.requestCancel(of: order, line) }
        case .deposits: try deposit(line, &fields)
        case .withdrawals: try withdrawal(line, &fields)
        case .orders: preconditionFailure("orders are taken elsewhere")
        case .users, .bans, .unbans, .prices, .decisions, .refunds, .adjustments, .topups,
            .releases, .signUps, .tasks:
            preconditionFailure("\(line.kind) belong to the desk")
        }
    }

    /// Takes one order that was checked.
    mutating func take(_ checked: CheckedOrder) throws {
        let line = checked.line
        do {
            switch checked.verdict {
            case .rejected(let rejection): try draft.reject(line, rejection)
            case .order(let order, let link):
                total += Int128(order.charge.micros)
                try checkLink(link, of: order)
                try unlessAborted(line) { try draft.accept(order, line) }
            }
        } catch let rejection as Rejection {
            try draft.reject(line, rejection)
        }
    }

    private func checkLink(_ link: Spelling?, of order: NewOrder) throws {
        guard duplicateLinks == .reject, let link else { return }
        // A line that repeats an order is a duplicate: the open order for its link is its own.
        let isNew = try !draft.hasOrder(ref: order.ref)
        if isNew, try draft.hasOpenOrder(for: link.key, service: order.service) {
            throw Rejection(
                .duplicateLink, "an order for this service and link has not ended yet")
        }
    }

    private func deposit(_ line: ResellerLine, _ fields: inout LineFields) throws {
        let method = try required(fields.text("method"), "method")
        let reference = try required(fields.text("reference"), "reference")
        let amount = try required(fields.incomingAmount("amount"), "amount")
        let currency =
            try fields.currency("currency", among: settings.acceptedCurrencies) ?? settings.currency
        try fields.checkNothingRemains()
        try unlessAborted(line) {
            try draft.claimDeposit(
                method: method, reference: reference, amount: amount, currency: currency, line)
        }
    }

    private mutating func withdrawal(_ line: ResellerLine, _ fields: inout LineFields) throws {
        let amount = try required(fields.positiveAmount("amount"), "amount")
        let destination = try required(fields.text("to"), "to")
        try fields.checkNothingRemains()
        total += Int128(amount.micros)
        let fee: Amount
        do {
            fee = try settings.fees.withdrawal.of(amount)
        } catch {
            throw Rejection(.badValue, "amount \(error)")
        }
        guard FeePayment.withdrawal.allows(fee, of: amount) else {
            throw Rejection(.badValue, "the fee of \(fee) leaves nothing of \(amount)")
        }
        try unlessAborted(line) {
            try draft.requestWithdrawal(of: amount, fee: fee, to: destination, line)
        }
    }

    /// Does what a line asks for, unless the file is being recorded as aborted: then the line gets
    /// its own rejection, or says that another one was rejected.
    private func unlessAborted(_ line: ResellerLine, _ act: () throws -> Void) throws {
        guard !rejected.isEmpty else { return try act() }
        throw rejected[line.kind, line.number]
            ?? Rejection(.batchAborted, "another line of this all_or_nothing file was rejected")
    }
}

/// The lines of an `all_or_nothing` file that were rejected, with their rejections.
struct RejectedLines {
    private var rejections: [LineKind: [Int: Rejection]] = [:]

    init() {}

    init(_ rejections: [(line: Line, rejection: Rejection)]) {
        for (line, rejection) in rejections {
            self.rejections[line.kind, default: [:]][line.number] = rejection
        }
    }

    var isEmpty: Bool { rejections.isEmpty }

    subscript(_ kind: LineKind, _ number: Int) -> Rejection? {
        rejections[kind]?[number]
    }
}
