import Ledger
import Logging
import Money
import Providers
import Run
import Settings
import Timestamps
import Trade
import Transport

// Step 2 for answers about refills and balances.
extension AskProviders {
    mutating func take(
        refills finished: Finished, of refills: [DueRequest], from index: Int, at now: Timestamp
    ) throws {
        let later = now.adding(seconds: lanes[index].settings.pollEverySeconds)
        let ids = refills.compactMap(\.providerRequest)
        var news: [RequestNews]
        switch lanes[index].endpoint.refillStatuses(of: ids, in: finished) {
        case .success(let answers):
            lanes[index].noteAnswer(at: now)
            news = refills.compactMap { refill in
                let answer = refill.providerRequest.flatMap { answers[$0] } ?? .missing
                if refills.count > 1, answer.isUnread {
                    lanes[index].put(.refills([refill]))
                    return nil
                }
                var news = RequestNews(
                    refill.id, answer.end.map { .ended($0) } ?? .postponed(until: later))
                news.exception = Self.exception(about: refill, answer, at: now)
                return news
            }
        case .failure(let failure) where failure.maySpareOthers && refills.count > 1:
            try log(failure, from: index, asking: "refills", at: now)
            for refill in refills { lanes[index].put(.refills([refill])) }
            return
        case .failure(let failure):
            try note(failure, from: index, asking: "refills", at: now)
            news = refills.map { RequestNews($0.id, .postponed(until: later)) }
        }
        try ledger.record(news, at: now)
        if refills.count == Action.idsPerCall {
            for question in try self.refills(of: lanes[index]) { lanes[index].put(question) }
        }
    }

    /// The exception for a refill that its provider does not know or says nothing about.
    private static func exception(
        about refill: DueRequest, _ answer: Answer<RefillStatus>, at now: Timestamp
    ) -> LedgerException? {
        let says: String
        switch answer {
        case .report: return nil
        case .notFound: says = "it does not know it"
        case .missing: says = "its answer leaves it out"
        case .error(let words), .unclear(let words): says = "it says: \(words)"
        }
        guard now > refill.createdAt.adding(seconds: refillPatience) else { return nil }
        return LedgerException(
            .refillWithoutStatus,
            "for a day the provider has not said how its refill "
                + "\(refill.providerRequest ?? "") stands (\(says)); poll asks again; ask it too")
    }

    /// How long a refill may have no status before that is reported to the operator, in seconds.
    private static let refillPatience = 86_400

    mutating func take(balance finished: Finished, from index: Int, at now: Timestamp) throws {
        switch lanes[index].endpoint.balance(in: finished) {
        case .failure(let failure):
            try note(failure, from: index, asking: "balance", at: now)
            try postpone(.balance, of: lanes[index], after: failure.retryAfter, at: now)
        case .success(let balance):
            lanes[index].noteAnswer(at: now)
            try keep(balance, of: lanes[index], at: now)
            try ledger.ask(
                lanes[index].provider.id, .balance,
                at: now.adding(seconds: context.settings.catalogue.syncEverySeconds))
        }
    }

    private func keep(_ balance: ProviderBalance, of lane: AskingLane, at now: Timestamp) throws {
        let settings = lane.settings
        if let currency = balance.currency,
            try ledger.note(currency, by: .balance, of: lane.provider.id, at: now)
        {
            return reportOther(currency, of: settings)
        }
        let news = try ledger.recordBalance(
            balance.amount, of: lane.provider.id, maxDrift: settings.maxDrift, at: now)
        if let drift = news.drift, drift.micros.magnitude > settings.maxDrift.micros.magnitude {
            context.logger.error(
                "a provider's balance is not what our transactions say",
                metadata: [
                    "provider": "\(settings.name)",
                    "balance": "\(balance.amount) \(settings.currency)",
                    "expected": "\(news.expected) \(settings.currency)",
                ])
        }
        if balance.amount < settings.lowBalance {
            context.logger.error(
                "a provider's balance is low",
                metadata: [
                    "provider": "\(settings.name)",
                    "balance": "\(balance.amount) \(settings.currency)",
                ])
        }
    }
}

extension Answer {
    /// Whether it says nothing usable about its id.
    var isUnread: Bool {
        switch self {
        case .missing, .unclear: true
        case .report, .notFound, .error: false
        }
    }

    var isMissing: Bool {
        if case .missing = self { true } else { false }
    }
}

extension Answer<RefillStatus> {
    /// How the refill ended; nil if it has not, or nobody knows.
    fileprivate var end: RequestStatus? {
        if case .report(let status) = self { status.end } else { nil }
    }
}
