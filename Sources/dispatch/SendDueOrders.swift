import Ledger
import Logging
import Providers
import Run
import Settings
import Spool
import StrictJSON
import Timestamps

/// Sends every due order to its provider, once.
///
/// 1. Write down what an earlier run could only keep in the journal; hold as in doubt what it left
///    `sending`.
/// 2. Commit the intent: `accepted` becomes `sending`, with a new attempt.
/// 3. Send: the only step that touches the network.
/// 4. Commit the outcome: `placed`, `refused`, `in_doubt`, or `accepted` again with a later due date;
///    together with the next intents, so that an fsync serves a moment, not an order.
///
/// A run that dies between 2 and 4 leaves the order `sending`; the next run finds it and holds it as
/// `in_doubt`, because nobody can know whether the provider has it. If step 4 fails, what was sent is
/// waited for and kept in the journal, and the run ends.
///
/// Providers are isolated: each has a lane with its own concurrency, rate and breaker. Between due
/// orders a run waits for answers, and for a provider's rate to allow the next order, until its
/// deadline; it never waits for an order to become due.
struct SendDueOrders {
    private let context: RunContext
    private let ledger: Ledger
    private let spool: Spool
    private let transport: Transport
    private let deadline: Timestamp
    private var lanes: [Lane]
    private var limit: Int
    /// Orders on their way, by their number.
    private var onTheWay: [Int: (intent: Intent, lane: Int)] = [:]
    private var counts = Counts()

    /// What a run did.
    private struct Counts {
        var placed = 0
        var postponed = 0
        var refused = 0
        var inDoubt = 0
    }

    /// - Parameters:
    ///   - only: the one provider to send to; nil for all.
    ///   - limit: the most orders to send.
    /// - Throws: `SettingsError` where a key cannot be read; `SystemError`; `DatabaseError`.
    init(_ context: RunContext, only: String?, limit: Int) throws {
        let settings = context.settings
        let keys = try settings.providerKeys()
        let now = context.clock.now()
        self.context = context
        self.limit = limit
        deadline = now.adding(seconds: settings.dispatch.deadlineSeconds)
        spool = try Spool.open(at: settings.spool, program: context.program)
        ledger = try Ledger.open(at: settings.ledger, currency: settings.currency)
        let providers = try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled)
            })
        lanes = settings.providers.compactMap { provider in
            guard let key = keys[provider.name], only == nil || only == provider.name else {
                return nil
            }
            return Lane(providers[provider.name]!, provider, key: key, at: now)
        }
        transport = try Transport(capacity: max(1, lanes.reduce(0) { $0 + $1.settings.inFlight }))
    }

    mutating func run() throws -> Summary {
        let journal = try AnswerJournal("\(spool.root)/journal/dispatch.answers")
        try catchUp(journal)
        do {
            try sendAll()
        } catch {
            try keepAnswers(in: journal)
            throw error
        }
        try tellHealth()
        return Summary(
            "dispatched",
            [
                "placed": .integer(counts.placed), "postponed": .integer(counts.postponed),
                "refused": .integer(counts.refused), "in_doubt": .integer(counts.inDoubt),
            ])
    }

    /// Step 1.
    private mutating func catchUp(_ journal: borrowing AnswerJournal) throws {
        let now = context.clock.now()
        let kept = try journal.kept()
        if !kept.isEmpty {
            _ = try ledger.record(kept, claiming: [], waitingForLinks: false, at: now)
            try journal.clear()
            context.logger.notice(
                "wrote down answers from the journal", metadata: ["orders": "\(kept.count)"])
        }
        let held = try ledger.holdUnanswered(at: now)
        counts.inDoubt += held
        if held > 0 {
            context.logger.error(
                "orders were on their way when a run ended; they are held in doubt",
                metadata: ["orders": "\(held)"])
        }
    }

    /// Steps 2 to 4 until nothing is due, or the deadline.
    private mutating func sendAll() throws {
        while true {
            let now = context.clock.now()
            let claims = now < deadline ? claims(at: now) : []
            if !claims.isEmpty || !unwritten.isEmpty {
                let intents = try ledger.record(
                    unwritten, claiming: claims,
                    waitingForLinks: context.settings.duplicateLinks == .wait, at: now)
                unwritten = []
                limit -= intents.count
                noteExhausted(claims, intents)
                try start(intents)
            }
            if onTheWay.isEmpty, !mayClaimLater(at: now) { return }
            for finished in try transport.wait(milliseconds: patience(at: now)) {
                try take(finished)
            }
        }
    }

    /// Answers that are not in the ledger yet.
    private var unwritten: [SendOutcome] = []
    /// Lanes that have nothing due any more.
    private var exhausted: Set<ProviderID> = []

    private mutating func claims(at now: Timestamp) -> [Claim] {
        var left = limit
        return lanes.indices.compactMap { index in
            guard !exhausted.contains(lanes[index].id) else { return nil }
            let count = min(lanes[index].room(at: now), context.settings.dispatch.batch, left)
            guard count > 0 else { return nil }
            left -= count
            return Claim(provider: lanes[index].id, count: count)
        }
    }

    private mutating func noteExhausted(_ claims: [Claim], _ intents: [Intent]) {
        for claim in claims
        where intents.count(where: { $0.provider == claim.provider }) < claim.count {
            exhausted.insert(claim.provider)
        }
    }

    /// Whether a lane only waits for its rate.
    private func mayClaimLater(at now: Timestamp) -> Bool {
        limit > 0 && now < deadline
            && lanes.contains { !exhausted.contains($0.id) && $0.wait(at: now) != nil }
    }

    /// How long to wait for an answer, in milliseconds: until a rate allows the next order.
    private func patience(at now: Timestamp) -> Int {
        let waits = lanes.filter { !exhausted.contains($0.id) }.compactMap { $0.wait(at: now) }
        return limit > 0 && now < deadline ? min(waits.min() ?? 1_000, 1_000) : 1_000
    }

    /// Step 3 for orders whose intent is committed.
    private mutating func start(_ intents: [Intent]) throws {
        for intent in intents {
            let lane = lanes.firstIndex { $0.id == intent.provider }!
            lanes[lane].start()
            let tag = Int(intent.order.rawValue)
            onTheWay[tag] = (intent, lane)
            try transport.start(lanes[lane].endpoint.call(try intent.action), tag: tag)
        }
    }

    private mutating func take(_ finished: Finished) throws {
        let (intent, index) = onTheWay.removeValue(forKey: finished.tag)!
        let now = context.clock.now()
        let outcome = PlacementOutcome(of: finished, from: lanes[index].endpoint)
        unwritten.append(
            SendOutcome(outcome, of: intent, by: lanes[index].settings, at: now))
        let verdict = lanes[index].note(outcome, at: now)
        count(outcome, intent, lanes[index].settings.name)
        try carryOut(verdict, on: lanes[index], at: now)
    }

    private func carryOut(_ verdict: Lane.Verdict?, on lane: Lane, at now: Timestamp) throws {
        switch verdict {
        case nil: return
        case .resume: try ledger.resume(lane.id)
        case .pause(let reason):
            let seconds = lane.settings.breaker.openSeconds
            try ledger.pause(lane.id, until: now.adding(seconds: seconds), reason: reason)
            context.logger.error(
                "paused a provider",
                metadata: [
                    "provider": "\(lane.settings.name)", "seconds": "\(seconds)",
                    "reason": "\(reason)",
                ])
        }
    }

    /// After a failure: waits for what was sent and keeps its answers; nothing new is sent.
    private mutating func keepAnswers(in journal: borrowing AnswerJournal) throws {
        while !onTheWay.isEmpty {
            for finished in try transport.wait(milliseconds: 1_000) {
                let (intent, lane) = onTheWay.removeValue(forKey: finished.tag)!
                let outcome = PlacementOutcome(of: finished, from: lanes[lane].endpoint)
                unwritten.append(
                    SendOutcome(
                        outcome, of: intent, by: lanes[lane].settings, at: context.clock.now()))
            }
        }
        if !unwritten.isEmpty { try journal.keep(unwritten) }
    }

    private func tellHealth() throws {
        let now = context.clock.now()
        for lane in lanes {
            try ledger.noteAnswers(
                of: lane.id, answeredAt: lane.answeredAt, errors: lane.errors, at: now)
        }
    }

    private mutating func count(
        _ outcome: PlacementOutcome, _ intent: Intent, _ provider: String
    ) {
        let words: String
        switch outcome {
        case .placed(let id):
            counts.placed += 1
            words = "placed as \(id)"
        case .notPlaced(let postponement):
            counts.postponed += 1
            words = "postponed: \(postponement.text)"
        case .refused(let refusal):
            counts.refused += 1
            words = "refused: \(refusal.text)"
        case .unknown(let evidence):
            counts.inDoubt += 1
            words = "in doubt: \(evidence)"
        }
        context.logger.debug(
            "sent an order",
            metadata: [
                "order": "\(intent.order)", "provider": "\(provider)", "outcome": "\(words)",
            ])
        context.progress("sent", counts.placed, of: counts.placed + onTheWay.count)
    }
}

extension Intent {
    /// What the provider is told: link and quantity, then what else its type takes.
    fileprivate var action: Action {
        get throws {
            var values: [(name: String, value: String)] = []
            if let link { values.append(("link", link)) }
            if let quantity { values.append(("quantity", String(quantity))) }
            if let parameters,
                case .object(let members) = try JSONValue(parsing: Array(parameters.utf8))
            {
                for member in members {
                    switch member.value {
                    case .string(let text): values.append((member.key, text))
                    case .number(let number): values.append((member.key, number.text))
                    default: preconditionFailure("the ledger keeps text and numbers")
                    }
                }
            }
            return .add(service: providerService, parameters: values)
        }
    }
}
