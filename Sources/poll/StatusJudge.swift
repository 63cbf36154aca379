import Ledger
import Money
import Providers
import Settings
import Timestamps
import Trade

/// What a provider's answer about one order means for the order and its money (provider-api.md §5,
/// design.md §5). It decides, and writes nothing.
struct StatusJudge {
    let provider: ProviderSettings
    let now: Timestamp
    private let exchangeRate: ExchangeRate
    private let lookBackSeconds: Int
    private let maxChargeDifference: Percent

    /// How long an answer may stay without meaning before the operator is told, in seconds.
    private static let patience = 86_400
    /// How often an order is asked about whose provider does not know it, in seconds.
    private static let unknownOrderEvery = 3_600

    /// `provider` is one of `settings`, which has the exchange rate of his currency.
    init(_ provider: ProviderSettings, _ settings: Settings, now: Timestamp) {
        self.provider = provider
        self.now = now
        exchangeRate = settings.exchangeRate(of: provider.currency)!
        lookBackSeconds = settings.poll.lookBackSeconds
        maxChargeDifference = settings.pricing.maxChargeDifferencePercent
    }

    /// There was no answer: only the due date moves on.
    func nothing(about order: FollowedOrder, retryAfter: Int?) -> StatusNews {
        if order.state.isEnded { return nothing(aboutEnded: order) }
        return StatusNews(
            order: order.id,
            askAgain: now.adding(seconds: max(provider.pollEverySeconds, retryAfter ?? 0)))
    }

    /// - Throws: `MoneyError`, where amounts of the ledger cannot be counted.
    func news(of order: FollowedOrder, _ answer: Answer<StatusReport>) throws -> StatusNews {
        if order.state.isEnded { return try self.news(ofEnded: order, answer) }
        var news = nothing(about: order, retryAfter: nil)
        switch answer {
        case .missing:
            if isOverdue(order) {
                news.exception = LedgerException(
                    .noStatus,
                    "the provider says nothing about his order \(order.providerOrder); ask him")
            }
        case .notFound:
            if order.placedAt.isOlder(than: provider.notFoundGraceSeconds, at: now) {
                news.askAgain = now.adding(
                    seconds: max(provider.pollEverySeconds, Self.unknownOrderEvery))
                news.exception = LedgerException(
                    .orderNotFound,
                    "the provider does not know his order \(order.providerOrder); ask him, and "
                        + "decide \"refund\" by a desk file if it was not delivered")
            }
        case .error(let text):
            if isOverdue(order) {
                news.exception = LedgerException(
                    .statusError,
                    "about his order \(order.providerOrder) the provider only says: \(text); ask him"
                )
            }
        case .unclear(let text):
            news.exception = LedgerException(
                .statusUnreadable,
                "what the provider says of its order \(order.providerOrder) cannot be read "
                    + "(\(text)); no money moves by it, and it is asked again; show it the reply")
        case .report(let report):
            try judge(report, of: order, &news)
            if news.settlement != nil, lookBackSeconds > 0 {
                news.lookBack = now.adding(seconds: lookBackSeconds)
            }
        }
        return news
    }

    /// How an order ends by this; nil where it does not, or nobody knows.
    func settlement(of order: FollowedOrder, by report: StatusReport) throws -> Settlement? {
        var news = StatusNews(order: order.id, askAgain: now)
        try judge(report, of: order, &news)
        return news.settlement
    }

    private func judge(
        _ report: StatusReport, of order: FollowedOrder, _ news: inout StatusNews
    ) throws {
        news.status = report.status.word
        news.startCount = report.startCount
        news.remains = report.remains
        switch report.status {
        case .pending, .processing, .inProgress: return
        case .unknown(let word):
            if order.status == word, isOverdue(order) {
                news.exception = LedgerException(
                    .unknownStatus,
                    "the provider says \"\(word)\" of his order \(order.providerOrder); no money "
                        + "moves by it; ask him what it means")
            }
        // A subscription settles by posts, however its end is called.
        case .completed where !order.isSubscription || isUncounted(report, of: order):
            news.settlement = .completed
            news.charged = try charge(report, of: order, delivered: order.billedUnits, &news)
            if let words = undelivered(report, of: order) {
                news.remarks.append(.completedInPart(order, words))
            }
        case .canceled where order.drips:
            try judgeDelivery(report, of: order, &news)
        case .canceled where !order.isSubscription:
            // All back, whatever the figures still say; what they say is told.
            news.settlement = .canceled
            tellKept(report, of: order, &news)
        case .completed, .canceled, .partial:
            try judgeDelivery(report, of: order, &news)
        }
    }

    /// Settles by what was delivered.
    private func judgeDelivery(
        _ report: StatusReport, of order: FollowedOrder, _ news: inout StatusNews
    ) throws {
        if let words = unreadableProgress(report, of: order)
            ?? contradiction(in: report, of: order) ?? chargeAlone(report, of: order)
        {
            news.exception = .contradictoryFigures(order, report.word, words)
            return
        }
        guard let delivered = delivered(report, of: order) else {
            if let written = report.unreadableRemains {
                news.exception = LedgerException(
                    .unreadableRemains,
                    "its order \(order.providerOrder) ended in part, and the provider says that "
                        + "\"\(written)\" of \(order.billedUnits) remain, which may be more than one "
                        + "number; nothing is refunded until it says a plain one; ask the provider, "
                        + "and correct it by a desk file if it will not")
            } else if let remains = report.remains, remains > order.billedUnits {
                news.exception = LedgerException(
                    .unknownRemains,
                    "its order \(order.providerOrder) ended in part, and the provider says that "
                        + "\(remains) of \(order.billedUnits) remain; nothing is refunded until it "
                        + "says how much does; ask it")
            } else if isOverdue(order) || order.isPackage {
                news.exception = LedgerException(
                    .unknownRemains,
                    "its order \(order.providerOrder) ended in part, and the provider does not say "
                        + "how much remains; nothing is refunded until it does; ask it")
            }
            return
        }
        let refund = try Proration.refund(
            of: order.charge, settled: .zero, delivered: delivered, of: order.billedUnits)
        switch report.status {
        case .completed where delivered == order.billedUnits: news.settlement = .completed
        case .canceled where delivered == 0:
            news.settlement = .canceled
            return tellKept(report, of: order, &news)
        default: news.settlement = .partial(refund: refund)
        }
        news.charged = try charge(report, of: order, delivered: delivered, &news)
    }

    /// A drip-feed order that was cancelled, of which the provider says nothing but that it charged
    /// a part.
    private func chargeAlone(_ report: StatusReport, of order: FollowedOrder) -> String? {
        guard report.status == .canceled, order.drips, report.remains == nil, report.runs == nil,
            report.ordersMade == nil, let charge = report.charge, charge > .zero,
            let cost = try? charge.converted(at: exchangeRate, rounding: .up), cost < order.cost
        else { return nil }
        return "it charged \(charge) for a part of it"
    }

    /// Tells of an order that was cancelled, and whose figures say that something was delivered or
    /// charged.
    private func tellKept(
        _ report: StatusReport, of order: FollowedOrder, _ news: inout StatusNews
    ) {
        if let words = report.unreadableCharge {
            news.remarks.append(.unreadableCharge(order, words, booked: "nothing was booked"))
        } else if let charge = report.charge, charge > .zero {
            news.remarks.append(.keptCharge(order, charge, report.currency ?? provider.currency))
        }
        if let words = report.unreadableRemains {
            news.remarks.append(.canceledInPart(order, remains: "\"\(words)\""))
        } else if let remains = report.remains, remains > 0, remains < order.billedUnits {
            news.remarks.append(.canceledInPart(order, remains: "\(remains)"))
        }
    }

    /// What the provider took, if it says so in the currency we know it by.
    private func charge(
        _ report: StatusReport, of order: FollowedOrder, delivered: Int64, _ news: inout StatusNews
    ) throws -> ProviderCharge? {
        if let words = report.unreadableCharge {
            news.remarks.append(
                .unreadableCharge(order, words, booked: "the expected cost was booked"))
        }
        guard let amount = report.charge else { return nil }
        guard report.currency == nil || report.currency == provider.currency else {
            news.remarks.append(.chargeCurrency(order, report.currency!, provider.currency))
            return nil
        }
        guard let cost = try? amount.converted(at: exchangeRate, rounding: .up) else {
            news.exception = LedgerException(
                .chargeSize,
                "the provider charged \(amount) \(provider.currency), more than can be counted; "
                    + "the expected cost was booked; ask it")
            return nil
        }
        let expected = try order.cost.prorated(delivered, of: order.billedUnits, rounding: .up)
        if cost.differs(from: expected, byMoreThan: maxChargeDifference) {
            news.remarks.append(
                .chargeDiffers(
                    order, "\(amount) \(provider.currency)", cost: cost, expected: expected))
        }
        return ProviderCharge(amount: amount, cost: cost)
    }

    /// Whether the provider has told nothing new for so long that the operator should know.
    private func isOverdue(_ order: FollowedOrder) -> Bool {
        order.changedAt.isOlder(than: Self.patience, at: now)
    }
}
