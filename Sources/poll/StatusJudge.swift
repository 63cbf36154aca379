import Ledger
import Money
import Providers
import Settings
import Timestamps
import Trade

/// Judges what a provider's answer means for one order and its money (provider-api.md §5, design.md
/// §5). It decides, and writes nothing.
///
/// 1. No answer, or one without a status, moves only the date of the next question; after a day
///    this is reported to the operator.
/// 2. A status that is not an end, or that is in no table, moves no money.
/// 3. "Completed" earns the whole charge, and "canceled" gives it all back, whatever the figures
///    beside them; contradicting figures are reported to the operator.
/// 4. A partial end is settled by the units that were delivered (`Delivery`). The same holds for
///    every end of a subscription, and for a drip-feed order that was canceled, because their words
///    do not say how far they came. If the figures contradict each other or are missing, nothing
///    moves.
/// 5. An order that ended is asked about once more later. Then nothing moves, but a contradiction
///    is reported to the operator.
struct StatusJudge {
    let provider: ProviderSettings
    let now: Timestamp
    private let lookBackSeconds: Int
    private let maxChargeDifference: Percent

    /// How long answers may stay without meaning before that is reported to the operator, in
    /// seconds.
    private static let patience = 86_400
    /// How often to ask about an order that its provider does not know, in seconds.
    private static let unknownOrderEvery = 3_600
    /// How soon to ask again about an order that ended, if there was no answer, in seconds.
    private static let lookBackEvery = 3_600

    init(_ provider: ProviderSettings, _ settings: Settings, now: Timestamp) {
        self.provider = provider
        self.now = now
        lookBackSeconds = settings.poll.lookBackSeconds
        maxChargeDifference = settings.pricing.maxChargeDifferencePercent
    }

    /// The news if there was no answer: only the due date moves on.
    func nothing(about order: FollowedOrder, retryAfter: Int?) -> StatusNews {
        if order.state.isEnded { return nothing(aboutEnded: order) }
        return StatusNews(
            about: order,
            askAgain: now.adding(seconds: max(provider.pollEverySeconds, retryAfter ?? 0)))
    }

    /// The news in an answer.
    ///
    /// - Throws: `MoneyError` if amounts of the ledger cannot be counted.
    func news(of order: FollowedOrder, _ answer: Answer<StatusReport>) throws -> StatusNews {
        if order.state.isEnded { return try self.news(ofEnded: order, answer) }
        var news = nothing(about: order, retryAfter: nil)
        switch answer {
        case .missing:
            if isOverdue(order) { news.exception = .noStatus(order) }
        case .notFound:
            guard order.placedAt.isOlder(than: provider.notFoundGraceSeconds, at: now) else {
                break
            }
            news.askAgain = now.adding(
                seconds: max(provider.pollEverySeconds, Self.unknownOrderEvery))
            news.exception = .orderNotFound(order)
        case .error(let words):
            if isOverdue(order) { news.exception = .statusError(order, words) }
        case .unclear(let words):
            news.exception = .unreadableStatus(order, words)
        case .report(let report):
            news.status = report.status.word
            news.startCount = report.startCount
            news.remains = report.remains
            switch try judgement(of: order, by: report) {
            case .open(let exception):
                news.exception = exception
            case .ended(let ending):
                news.settlement = ending.settlement
                news.charged = ending.charged
                news.exception = ending.exception
                news.remarks = ending.remarks
                if lookBackSeconds > 0 { news.lookBack = now.adding(seconds: lookBackSeconds) }
            }
        }
        return news
    }

    /// Whether the provider has said nothing new for so long that the operator should know.
    private func isOverdue(_ order: FollowedOrder) -> Bool {
        order.changedAt.isOlder(than: Self.patience, at: now)
    }
}

// MARK: - Judging a report

/// What a report means for an order.
enum Judgement {
    /// It has not ended, or nobody can say how. The exception, if any, is for the operator.
    case open(LedgerException? = nil)
    case ended(Ending)
}

/// How an order ended.
struct Ending {
    let settlement: Settlement
    /// The provider's charge for it; nil if the provider names none.
    var charged: ProviderCharge?
    var exception: LedgerException?
    var remarks: [LedgerException] = []
}

extension StatusJudge {
    /// Whether and how an order ends by a report.
    ///
    /// - Throws: `MoneyError` if amounts of the ledger cannot be counted.
    func judgement(of order: FollowedOrder, by report: StatusReport) throws -> Judgement {
        let delivery = Delivery(order, report)
        switch report.status {
        case .pending, .processing, .inProgress: return .open()
        case .unknown(let word):
            let isNothingNew = order.status == word && isOverdue(order)
            return .open(isNothingNew ? .unknownStatus(order, word) : nil)
        case .completed where !order.isSubscription || delivery.isUncounted:
            var ending = try ending(.completed, of: order, by: report, units: order.billedUnits)
            if let words = delivery.shortfall {
                ending.remarks.append(.completedInPart(order, words))
            }
            return .ended(ending)
        case .canceled where !order.isSubscription && !order.drips:
            return .ended(cancellation(of: order, by: report))
        case .completed, .canceled, .partial:
            return try judgement(of: order, by: report, delivery)
        }
    }

    /// The same by the units that were delivered.
    private func judgement(
        of order: FollowedOrder, by report: StatusReport, _ delivery: Delivery
    ) throws -> Judgement {
        let contradiction =
            delivery.unreadableProgress ?? delivery.contradiction
            ?? loneCharge(report, of: order)
        if let contradiction {
            return .open(.contradictoryFigures(order, report.word, contradiction))
        }
        guard let units = delivery.units else {
            if let written = report.unreadableRemains {
                return .open(.unreadableRemains(order, written))
            }
            if let remains = report.remains, remains > order.billedUnits {
                return .open(.impossibleRemains(order, remains))
            }
            return .open(isOverdue(order) || order.isPackage ? .missingRemains(order) : nil)
        }
        switch report.status {
        case .canceled where units == 0:
            return .ended(cancellation(of: order, by: report))
        case .completed where units == order.billedUnits:
            return .ended(try ending(.completed, of: order, by: report, units: units))
        default:
            let refund = try Proration.refund(
                of: order.charge, settled: .zero, delivered: units, of: order.billedUnits)
            return .ended(
                try ending(.partial(refund: refund), of: order, by: report, units: units))
        }
    }

    /// A charge for a part of a canceled drip-feed order, if nothing else from the provider says
    /// how far the order came.
    private func loneCharge(_ report: StatusReport, of order: FollowedOrder) -> String? {
        guard report.status == .canceled, order.drips, report.remains == nil, report.runs == nil,
            report.ordersMade == nil, let charge = report.charge, charge > .zero,
            let cost = try? charge.converted(at: provider.exchangeRate, rounding: .up),
            cost < order.cost
        else { return nil }
        return "it charged \(charge) for a part of it"
    }

    /// All money goes back. Figures that suggest a delivery or a charge are reported.
    private func cancellation(of order: FollowedOrder, by report: StatusReport) -> Ending {
        var ending = Ending(settlement: .canceled)
        if let words = report.unreadableCharge {
            ending.remarks.append(.unreadableCharge(order, words, booked: "nothing was booked"))
        } else if let charge = report.charge, charge > .zero {
            ending.remarks.append(.keptCharge(order, charge, report.currency ?? provider.currency))
        }
        if let words = report.unreadableRemains {
            ending.remarks.append(.canceledInPart(order, remains: "\"\(words)\""))
        } else if let remains = report.remains, remains > 0, remains < order.billedUnits {
            ending.remarks.append(.canceledInPart(order, remains: "\(remains)"))
        }
        return ending
    }

    /// An end with a delivery, and the provider's charge for it, if the provider names one in its
    /// configured currency.
    private func ending(
        _ settlement: Settlement, of order: FollowedOrder, by report: StatusReport, units: Int64
    ) throws -> Ending {
        var ending = Ending(settlement: settlement)
        if let words = report.unreadableCharge {
            ending.remarks.append(
                .unreadableCharge(order, words, booked: "the expected cost was booked"))
        }
        guard let amount = report.charge else { return ending }
        if let currency = report.currency, currency != provider.currency {
            ending.remarks.append(.chargeCurrency(order, currency, provider.currency))
            return ending
        }
        guard let cost = try? amount.converted(at: provider.exchangeRate, rounding: .up) else {
            ending.exception = .uncountableCharge(amount, provider.currency)
            return ending
        }
        let expected = try order.cost.prorated(units, of: order.billedUnits, rounding: .up)
        if cost.differs(from: expected, byMoreThan: maxChargeDifference) {
            ending.remarks.append(
                .chargeDiffers(
                    order, "\(amount) \(provider.currency)", cost: cost, expected: expected))
        }
        ending.charged = ProviderCharge(amount: amount, cost: cost)
        return ending
    }
}

// MARK: - Looking back

extension StatusJudge {
    /// The news if there was no answer about an order that ended.
    private func nothing(aboutEnded order: FollowedOrder) -> StatusNews {
        let later = now.adding(seconds: max(provider.pollEverySeconds, Self.lookBackEvery))
        var news = StatusNews(order: order.id, askAgain: later)
        news.isLookBack = true
        news.lookBack = later
        return news
    }

    /// The news in an answer about an order that ended. Nothing moves; a contradiction is reported
    /// to the operator. Providers forget old orders, so "unknown" is no contradiction.
    private func news(
        ofEnded order: FollowedOrder, _ answer: Answer<StatusReport>
    ) throws -> StatusNews {
        var news = nothing(aboutEnded: order)
        news.lookBack = nil
        guard case .report(let report) = answer else { return news }
        if try !agrees(report, with: order) {
            news.exception = .endedOrderChanged(order, report)
        }
        return news
    }

    /// Whether this report would have ended the order as it ended.
    private func agrees(_ report: StatusReport, with order: FollowedOrder) throws -> Bool {
        guard case .ended(let ending) = try judgement(of: order, by: report) else {
            return order.status == report.status.word
        }
        switch ending.settlement {
        case .completed: return order.state == .completed
        case .canceled: return order.state == .canceled
        case .partial:
            return order.state == .partial
                && (order.remains == nil || report.remains == nil
                    || order.remains == report.remains)
        }
    }
}
