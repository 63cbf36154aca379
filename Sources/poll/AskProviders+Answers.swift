import Ledger
import Logging
import Money
import Providers
import Run
import Settings
import Timestamps

// What each kind of answer does: step 2.
extension AskProviders {
    mutating func take(
        statuses finished: Finished, of orders: [FollowedOrder], from index: Int, at now: Timestamp
    ) throws {
        let settings = parties[index].settings
        let judge = StatusJudge(settings, context.settings, now: now)
        let ids = orders.map(\.providerOrder)
        let news: [StatusNews]
        switch parties[index].endpoint.statuses(of: ids, in: finished) {
        case .success(let answers):
            parties[index].noteAnswer(at: now)
            news = try orders.map { try judge.news(of: $0, answers[$0.providerOrder] ?? .missing) }
        case .failure(let failure) where failure.isAboutTheQuestion && orders.count > 1:
            parties[index].noteRefusal(of: orders, at: now)
            return
        case .failure(let failure):
            note(failure, from: index, asking: "statuses")
            news = orders.map { judge.nothing(about: $0, retryAfter: failure.retryAfter) }
        }
        tally.asked += orders.count
        try learn(news, at: now)
        context.progress("asked", tally.asked, of: tally.asked + ordersOnTheWay)
    }

    mutating func take(
        refills finished: Finished, of refills: [DueRequest], from index: Int, at now: Timestamp
    ) throws {
        let later = now.adding(seconds: parties[index].settings.pollEverySeconds)
        let ids = refills.compactMap(\.providerRequest)
        let news: [RequestNews]
        switch parties[index].endpoint.refillStatuses(of: ids, in: finished) {
        case .success(let answers):
            parties[index].noteAnswer(at: now)
            news = refills.map { refill in
                let word = refill.providerRequest.flatMap { answers[$0]?.endOfRefill }
                return RequestNews(refill.id, word.map { .ended($0) } ?? .postponed(until: later))
            }
        case .failure(let failure):
            note(failure, from: index, asking: "refills")
            news = refills.map { RequestNews($0.id, .postponed(until: later)) }
        }
        try ledger.record(news, at: now)
    }

    mutating func take(balance finished: Finished, from index: Int, at now: Timestamp) throws {
        switch parties[index].endpoint.balance(in: finished) {
        case .failure(let failure):
            note(failure, from: index, asking: "balance")
            try postpone(.balance, of: parties[index], after: failure.retryAfter, at: now)
        case .success(let balance):
            parties[index].noteAnswer(at: now)
            try keep(balance, of: parties[index], at: now)
            try ledger.ask(
                parties[index].provider.id, .balance,
                at: now.adding(seconds: context.settings.catalogue.syncEverySeconds))
        }
    }

    private func keep(_ balance: ProviderBalance, of party: Party, at now: Timestamp) throws {
        let settings = party.settings
        if let currency = balance.currency, currency != settings.currency {
            context.logger.error(
                "a provider's balance is in another currency than configured; it is not kept",
                metadata: ["provider": "\(settings.name)", "currency": "\(currency)"])
            return
        }
        let news = try ledger.recordBalance(
            balance.amount, of: party.provider.id, maxDrift: settings.maxDrift, at: now)
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

extension Answer<RefillStatus> {
    /// The trade's word for how a refill ended; nil while it has not, or nobody knows.
    fileprivate var endOfRefill: String? {
        guard case .report(let status) = self else { return nil }
        return switch status {
        case .completed: "Completed"
        case .rejected: "Rejected"
        case .canceled: "Canceled"
        case .pending, .inProgress, .unknown: nil
        }
    }
}
