import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps
import Transport

// Acts on an answer about services, or on the lack of one.
extension AskProviders {
    mutating func take(catalogue finished: Finished, from index: Int, at now: Timestamp) throws {
        switch lanes[index].endpoint.catalogue(in: finished) {
        case .failure(let failure):
            try note(failure, from: index, asking: "services", at: now)
            try postpone(.catalogue, of: lanes[index], after: failure.retryAfter, at: now)
        case .success(let catalogue):
            lanes[index].noteAnswer(at: now)
            try takeOver(catalogue, of: lanes[index], at: now)
        }
    }

    private mutating func takeOver(
        _ catalogue: Catalogue, of lane: AskingLane, at now: Timestamp
    ) throws {
        try reportLeftOut(catalogue, of: lane, at: now)
        // Matching is slow, and the ledger is locked while the guard decides. So match first.
        let rules = CatalogueRules(context.settings, lane.settings)
        let listed = catalogue.entries.map(rules.terms)
        let settings = context.settings.catalogue
        var doubt: LedgerException?
        let changes = try ledger.takeOver(catalogueOf: lane.provider.id, at: now) { known in
            let decision = CatalogueGuard(settings: settings).decide(
                listed, over: known, leftOut: Set(catalogue.unreadable.compactMap(\.service)),
                nameless: catalogue.namelessRows)
            if case .leave(let exception) = decision { doubt = exception }
            return decision
        }
        if let doubt {
            context.logger.error(
                "a list of services is not believed; everything stays as it was",
                metadata: ["provider": "\(lane.settings.name)", "reason": "\(doubt.detail)"])
            return try postpone(.catalogue, of: lane, after: nil, at: now)
        }
        tally.catalogue += changes
        if changes.quarantined > 0 {
            context.logger.error(
                "rates jumped, and wait for the operator",
                metadata: [
                    "provider": "\(lane.settings.name)", "services": "\(changes.quarantined)",
                ])
        }
        try keepBackups(at: now)
        try ledger.ask(
            lane.provider.id, .catalogue,
            at: now.adding(seconds: settings.syncEverySeconds))
    }

    /// Reports, in one line, which rows of a list were left out. A service that is listed twice is
    /// logged, but needs no operator.
    private func reportLeftOut(
        _ catalogue: Catalogue, of lane: AskingLane, at now: Timestamp
    ) throws {
        guard let first = catalogue.unreadable.first else { return }
        context.logger.warning(
            "rows of a list of services are left out",
            metadata: [
                "provider": "\(lane.settings.name)", "rows": "\(catalogue.unreadable.count)",
                "first": "\(first.row)", "reason": "\(first.reason)",
            ])
        let rows = catalogue.unreadable.filter { !$0.isRepeated }
        guard !rows.isEmpty else { return }
        try ledger.raise(.leftOut(rows), of: lane.provider.id, at: now)
    }

    /// Keeps the backups of services that `catalogue.yaml` names. It does not wait for the
    /// provider's answer, because backups matter when the provider does not answer.
    func keepBackups(at now: Timestamp) throws {
        try ledger.keep(
            context.settings.catalogue.services.map { service in
                ServiceBackups(
                    provider: service.provider, providerService: service.service,
                    backups: service.backups.map {
                        ServiceBackups.Backup(
                            provider: $0.provider, providerService: $0.service)
                    })
            }, at: now)
    }

    /// Asks again after as long as the answer is overdue, so that the wait doubles: at least
    /// `poll_every`, or as long as the provider wants to be left alone (`wanted`, in seconds), and
    /// at most `sync_every`.
    func postpone(
        _ question: ProviderQuestion, of lane: AskingLane, after wanted: Int?, at now: Timestamp
    ) throws {
        let every = context.settings.catalogue.syncEverySeconds
        let least = max(lane.settings.pollEverySeconds, wanted ?? 0)
        let last =
            switch question {
            case .catalogue: lane.provider.catalogueAt
            case .balance: lane.provider.balanceAt
            }
        let overdue = last.map { (now.milliseconds - $0.milliseconds) / 1_000 - Int64(every) } ?? 0
        let wait = max(least, Int(min(max(0, overdue), Int64(every))))
        try ledger.ask(lane.provider.id, question, at: now.adding(seconds: wait))
        let long = max(Self.longWithoutList, 2 * every)
        if question == .catalogue, let last, last.adding(seconds: long) < now {
            try ledger.raise(.lackingCatalogue(since: "\(last)"), of: lane.provider.id, at: now)
        }
    }

    /// How long a provider may give no list before that is reported to the operator, in seconds;
    /// longer if we ask it less often.
    private static let longWithoutList = 86_400
}
