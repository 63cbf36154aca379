import Ledger
import Logging
import Money
import Providers
import Run
import Settings
import Spool
import Timestamps

/// Asks the providers what is due: about orders, for their catalogues, for balances.
///
/// Every question can be asked again, so nothing here needs an intent. What an answer says is
/// written down together with the money that moves by it, in one commit; a run that dies before it
/// asks again, and one that dies after it finds the order ended. Status files have their number and
/// their bytes in the ledger before they are on disk, so they are written until they are.
struct AskProviders {
    let context: RunContext
    let ledger: Ledger
    let spool: Spool
    let deadline: Timestamp
    let parties: [Party]
    private let transport: Transport
    private var counts = Counts()

    /// A provider, in the configuration and in the ledger.
    struct Party {
        let provider: Provider
        let settings: ProviderSettings
        let endpoint: ProviderEndpoint
    }

    /// What a run did.
    private struct Counts {
        var asked = 0
        var ended = 0
        var services = 0
        var failures = 0
        var statusFiles = 0
    }

    /// How many status questions may be on their way to one provider: each is about 100 orders.
    private static let questionsAtOnce = 4

    /// - Throws: `SettingsError` where a key cannot be read; `SystemError`; `DatabaseError`.
    init(_ context: RunContext) throws {
        let settings = context.settings
        let keys = try settings.providerKeys()
        self.context = context
        deadline = context.clock.now().adding(seconds: settings.poll.deadlineSeconds)
        spool = try Spool.open(at: settings.spool, program: context.program)
        ledger = try Ledger.open(at: settings.ledger, currency: settings.currency)
        let providers = try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled)
            })
        parties = settings.providers.compactMap { provider in
            keys[provider.name].map { key in
                Party(
                    provider: providers[provider.name]!, settings: provider,
                    endpoint: ProviderEndpoint(provider, key: key))
            }
        }
        transport = try Transport(capacity: max(1, parties.count * Self.questionsAtOnce))
    }

    /// - Parameter only: what to do, now; nil for everything that is due.
    mutating func run(only part: Poll.Part?) throws -> Summary {
        if part == nil || part == .catalogue { try askForCatalogues(now: part != nil) }
        if part == nil || part == .balances { try askForBalances(now: part != nil) }
        if part == nil || part == .statuses {
            try askForStatuses()
            counts.statusFiles = try StatusFiles(context, ledger, spool).publish()
        }
        return Summary(
            "polled",
            [
                "orders": .integer(counts.asked), "ended": .integer(counts.ended),
                "new_services": .integer(counts.services),
                "status_files": .integer(counts.statusFiles),
                "failures": .integer(counts.failures),
            ])
    }

    // MARK: Statuses

    /// Asks about every due order, up to 100 at once, until none is due or the deadline.
    ///
    /// An order's due date moves on with every answer and with the lack of one, so nobody starves.
    private mutating func askForStatuses() throws {
        var questions: [Int: (party: Int, orders: [FollowedOrder])] = [:]
        var next = 0
        var waiting = Set(parties.indices)
        while true {
            let now = context.clock.now()
            for index in parties.indices where waiting.contains(index) && now < deadline {
                var open = Set(
                    questions.values.filter { $0.party == index }.flatMap { $0.orders.map(\.id) })
                while questions.values.count(where: { $0.party == index }) < Self.questionsAtOnce {
                    let due = try ledger.dueToFollow(
                        with: parties[index].provider.id, limit: open.count + Action.idsPerCall,
                        at: now
                    ).filter { !open.contains($0.id) }.prefix(Action.idsPerCall)
                    guard !due.isEmpty else {
                        if open.isEmpty { waiting.remove(index) }
                        break
                    }
                    open.formUnion(due.map(\.id))
                    questions[next] = (index, Array(due))
                    try transport.start(
                        parties[index].endpoint.call(.status(due.map(\.providerOrder))), tag: next)
                    next += 1
                }
            }
            if questions.isEmpty { return }
            for finished in try transport.wait(milliseconds: 1_000) {
                let question = questions.removeValue(forKey: finished.tag)!
                try take(finished, from: parties[question.party], about: question.orders)
            }
        }
    }

    private mutating func take(
        _ finished: Finished, from party: Party, about orders: [FollowedOrder]
    ) throws {
        let now = context.clock.now()
        let judge = StatusJudge(
            party.settings,
            exchangeRate: context.settings.exchangeRate(of: party.settings.currency)!,
            now: now)
        let ids = orders.map(\.providerOrder)
        let news: [StatusNews]
        switch party.endpoint.statuses(of: ids, in: finished) {
        case .success(let answers):
            news = try orders.map { try judge.news(of: $0, answers[$0.providerOrder] ?? .missing) }
            try ledger.noteAnswers(
                of: party.provider.id, answeredAt: now, errors: 0, at: now)
        case .failure(let failure):
            try note(failure, of: party, asking: "statuses", at: now)
            news = orders.map { judge.nothing(about: $0, retryAfter: failure.retryAfter) }
        }
        counts.asked += orders.count
        counts.ended += try ledger.record(news, at: now)
        context.progress("asked", counts.asked, of: counts.asked)
    }

    private mutating func note(
        _ failure: ReplyFailure, of party: Party, asking question: String, at now: Timestamp
    ) throws {
        counts.failures += 1
        context.logger.error(
            "a provider did not answer",
            metadata: [
                "provider": "\(party.settings.name)", "asked": "\(question)",
                "reason": "\(failure)",
            ])
        try ledger.noteAnswers(of: party.provider.id, answeredAt: nil, errors: 1, at: now)
    }

    // MARK: Catalogues and balances

    private mutating func askForCatalogues(now isWanted: Bool) throws {
        try ask(.services, of: isWanted ? parties : due(\.catalogueAt)) {
            run, finished, party, now in
            switch party.endpoint.catalogue(in: finished) {
            case .failure(let failure):
                try run.note(failure, of: party, asking: "services", at: now)
            case .success(let catalogue):
                try run.takeOver(catalogue, of: party, at: now)
            }
        }
    }

    private mutating func takeOver(
        _ catalogue: Catalogue, of party: Party, at now: Timestamp
    ) throws {
        for row in catalogue.unreadable {
            context.logger.warning(
                "cannot sell a service",
                metadata: [
                    "provider": "\(party.settings.name)", "row": "\(row.row)",
                    "reason": "\(row.reason)",
                ])
        }
        guard !catalogue.entries.isEmpty else {
            context.logger.error(
                "an empty catalogue is not believed; everything stays as it was",
                metadata: ["provider": "\(party.settings.name)"])
            return
        }
        let rules = CatalogueRules(context.settings, party.settings)
        let services = catalogue.entries.compactMap { entry -> PricedService? in
            do throws(MoneyError) {
                return try rules.price(entry)
            } catch {
                context.logger.warning(
                    "cannot price a service",
                    metadata: [
                        "provider": "\(party.settings.name)", "service": "\(entry.service)",
                        "reason": "its rate \(error)",
                    ])
                return nil
            }
        }
        counts.services += try ledger.takeOver(services, of: party.provider.id, at: now)
        try ledger.noteAnswers(of: party.provider.id, answeredAt: now, errors: 0, at: now)
    }

    private mutating func askForBalances(now isWanted: Bool) throws {
        try ask(.balance, of: isWanted ? parties : due(\.balanceAt)) {
            run, finished, party, now in
            switch party.endpoint.balance(in: finished) {
            case .failure(let failure):
                try run.note(failure, of: party, asking: "balance", at: now)
            case .success(let balance):
                try run.take(balance, of: party, at: now)
            }
        }
    }

    private func take(_ balance: ProviderBalance, of party: Party, at now: Timestamp) throws {
        let name = party.settings.name
        if let currency = balance.currency, currency != party.settings.currency {
            context.logger.error(
                "a provider's balance is in another currency than configured; it is not kept",
                metadata: ["provider": "\(name)", "currency": "\(currency)"])
            return
        }
        try ledger.recordBalance(balance.amount, of: party.provider.id, at: now)
        try ledger.noteAnswers(of: party.provider.id, answeredAt: now, errors: 0, at: now)
        if balance.amount < party.settings.lowBalance {
            context.logger.error(
                "a provider's balance is low",
                metadata: [
                    "provider": "\(name)",
                    "balance": "\(balance.amount) \(party.settings.currency)",
                ])
        }
    }

    /// Those whose last good answer is as old as `sync_every`.
    private func due(_ last: KeyPath<Provider, Timestamp?>) -> [Party] {
        let now = context.clock.now()
        return parties.filter { party in
            guard let moment = party.provider[keyPath: last] else { return true }
            return moment.adding(seconds: context.settings.catalogue.syncEverySeconds) <= now
        }
    }

    /// Asks each of `parties` the same, all at once, and takes the answers as they come.
    private mutating func ask(
        _ action: Action, of parties: [Party],
        take: (inout AskProviders, Finished, Party, Timestamp) throws -> Void
    ) throws {
        for (tag, party) in parties.enumerated() {
            try transport.start(party.endpoint.call(action), tag: tag)
        }
        while transport.inFlight > 0 {
            for finished in try transport.wait(milliseconds: 1_000) {
                try take(&self, finished, parties[finished.tag], context.clock.now())
            }
        }
    }
}
