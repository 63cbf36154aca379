import Ledger
import Logging
import Providers
import Run
import SQLiteTables
import Settings
import Spool
import Timestamps
import Transport

/// Sends every due order to its provider, once.
///
/// 1. Write down what an earlier run could only keep in the journal; hold as in doubt what it left
///    `sending`.
/// 2. Commit the intent: `accepted` becomes `sending`, with a new attempt.
/// 3. Send: the only step that touches the network.
/// 4. Commit the outcome: `placed`, `refused`, `in_doubt`, or `accepted` again with a later due
///    date; together with the next intents, so that an fsync serves a moment, not an order. The
///    ledger may find that a "placed" proves nothing, so what the answers say of their providers,
///    and what is sent next, is decided within that commit.
///
/// A run that dies between 2 and 4 leaves the order `sending`; the next run finds it and holds it
/// as `in_doubt`, because nobody can know whether the provider has it. If step 4 fails, what was
/// sent is waited for and kept in the journal, and the run ends.
///
/// An order whose provider refused it for good, or is paused, is bought from the next place of its
/// service that may serve it (`Market`), in the commit that writes that down; one that would cost
/// more than it brings waits. Both are decided when an order is claimed, so that it is sent once or
/// not at all.
///
/// A provider that was paused is first asked for our balance; only if it tells that, an order is
/// sent, and only if that is answered well, more of them.
///
/// At each provider the resellers take turns (`Turns`).
///
/// Providers are isolated: each has a lane with its own concurrency, rate and breaker. Between due
/// orders a run waits for answers, and for a provider's rate to allow the next order, until its
/// deadline; meanwhile it looks for what else has become due. It never waits for an order to become
/// due.
struct SendDueOrders {
    let context: RunContext
    let ledger: Ledger
    private let spool: Spool
    private let transport: Transport
    var lanes: Lanes
    /// Those who get no orders, and whose due orders were not offered to others yet.
    var unoffered: Set<ProviderID>
    /// Orders on their way, by the tag of their call.
    private var onTheWay: [Int: (intent: Intent, lane: Int)] = [:]
    /// Answers that are not in the ledger yet.
    private var unwritten: [SentOrder] = []
    private var tally = SendTally()
    private let turns = Turns()
    /// What became of the questions for our balance, where that is to be written down.
    private var trials: [(lane: Int, verdict: Lane.Verdict)] = []
    /// Whose servers were seen to close connections silently, until that is in the ledger.
    var silentClosers: Set<ProviderID> = []

    /// How long a run waits for an answer before it looks around, in milliseconds.
    private static let patience = 1_000

    /// - Parameters:
    ///   - only: the one provider to send to; nil for all.
    ///   - limit: the most orders to send.
    /// - Throws: `SettingsError` where a key cannot be read; `SystemError`; `StoreError`.
    init(_ context: RunContext, only: String?, limit: Int) throws {
        let settings = context.settings
        let keys = try settings.providerKeys()
        let now = context.clock.now()
        self.context = context
        spool = try Spool.open(at: settings.spool, program: context.program)
        ledger = try Ledger.open(
            in: SQLiteFile(settings.ledger), currency: settings.currency,
            lastSeenIn: spool.generationFile)
        let reach = Reach(
            lookBackSeconds: settings.poll.lookBackSeconds,
            syncEverySeconds: settings.catalogue.syncEverySeconds)
        for news in try ledger.mendClock(reach, at: now) {
            context.logger.warning(
                "\(news.message)", metadata: news.figures.mapValues { "\($0)" })
        }
        let providers = try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(
                    name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled,
                    rule: $0.chargeRule, exchangeRate: $0.exchangeRate)
            })
        unoffered = Set(
            providers.values.filter {
                ($0.state != .active || $0.otherCurrency != nil) && only ?? $0.name == $0.name
            }.map(\.id))
        lanes = Lanes(
            settings.providers.compactMap { provider in
                guard let key = keys[provider.name], only == nil || only == provider.name else {
                    return nil
                }
                return Lane(providers[provider.name]!, provider, key: key, at: now)
            },
            limit: limit, batch: settings.dispatch.batch,
            deadline: Deadline(seconds: settings.dispatch.deadlineSeconds, from: now))
        transport = Transport(capacity: max(1, lanes.capacity))
    }

    mutating func run() throws -> Summary {
        let journal = try AnswerJournal(spool.journal("dispatch.answers"))
        try catchUp(journal)
        do {
            try sendAll()
        } catch {
            keepAnswers(in: journal)
            throw error
        }
        var requests = SendRequests(context, ledger, to: lanes.all, until: lanes.deadline)
        tally.requests = try requests.run()
        try tellHealth()
        return tally.summary
    }

    /// Step 1.
    private mutating func catchUp(_ journal: borrowing AnswerJournal) throws {
        let now = context.clock.now()
        let kept = try journal.kept()
        var held = 0
        if !kept.isEmpty {
            _ = try ledger.record(kept, waitingForLinks: false, at: now) { unproven in
                held = unproven.count
                return NextMoves()
            }
            try journal.clear()
            context.logger.notice(
                "wrote down answers from the journal", metadata: ["orders": "\(kept.count)"])
        }
        let unanswered = try ledger.holdUnanswered(at: now)
        tally.countHeld(held + unanswered)
        if unanswered > 0 {
            context.logger.error(
                "orders were on their way when a run ended; they are held in doubt",
                metadata: ["orders": "\(unanswered)"])
        }
    }

    /// Steps 2 to 4 until nothing is due, or the deadline.
    private mutating func sendAll() throws {
        let begin = context.clock.now()
        if context.settings.duplicateLinks != .wait { try ledger.endLinkWaits(at: begin) }
        for (index, lane) in lanes.all.enumerated()
        where try !ledger.hasDueOrders(of: lane.id, at: begin) {
            if lane.isTrialDue {
                // Its refills and cancels wait for that as well.
                if try ledger.hasDueRequests(of: lane.id, at: begin) { continue }
                lanes[index].leave()
            }
            lanes.noteIdle(lane.id, at: begin)
        }
        while true {
            let now = context.clock.now()
            for lane in lanes.toBeAsked(at: now) {
                transport.start(lanes[lane].ask(), tag: Self.trialTag(of: lane))
            }
            if !unwritten.isEmpty || !trials.isEmpty || !lanes.claims(at: now).isEmpty
                || !lanes.offering(unoffered, at: now).isEmpty
            {
                try start(writeDown(at: now))
            }
            let wait = lanes.offering(unoffered, at: now).isEmpty ? lanes.wait(at: now) : 0
            if transport.inFlight == 0, wait == nil { return }
            // Half of them at most: while these are written down, the others are on the wire.
            try take(
                transport.wait(
                    milliseconds: min(wait ?? Self.patience, Self.patience),
                    limit: max(1, transport.capacity / 2)))
        }
    }

    /// Step 4 for the answers that came, and step 2 for the orders to send next.
    private mutating func writeDown(at now: Timestamp) throws -> [Intent] {
        var moves = NextMoves()
        let claimed = try ledger.record(
            unwritten.map(\.written), waitingForLinks: context.settings.duplicateLinks == .wait,
            minProfit: context.settings.pricing.minProfitPercent, turns: turns, at: now
        ) { unproven in
            let gates = judge(unproven, at: now)
            moves = NextMoves(
                claims: lanes.claims(at: now), offering: lanes.offering(unoffered, at: now),
                health: lanes.changedHealth(), gates: gates,
                silentClosers: silentClosers)
            return moves
        }
        unwritten = []
        trials = []
        silentClosers = []
        tell(moves.gates, at: now)
        unoffered.subtract(Set(moves.offering).subtracting(claimed.haveMore))
        lanes.note(claimed, claimedBy: moves.claims, at: now)
        return claimed.intents
    }

    /// Says what the answers mean for those who gave them, now that the ledger knows what they
    /// prove.
    private mutating func judge(
        _ unproven: [UnprovenPlacement], at now: Timestamp
    ) -> [GateChange] {
        let evidence = Dictionary(
            uniqueKeysWithValues: unproven.map { ($0.order, $0.evidence) })
        let tried = trials.map { carryOut($0.verdict, on: lanes[$0.lane], at: now) }
        return tried
            + unwritten.compactMap { sent in
                let outcome = evidence[sent.order].map(PlacementOutcome.unknown) ?? sent.outcome
                tally.count(outcome)
                context.logger.debug(
                    "sent an order",
                    metadata: [
                        "order": "\(sent.order)", "provider": "\(lanes[sent.lane].settings.name)",
                        "outcome": "\(outcome.words)",
                    ])
                let verdict = lanes[sent.lane].note(outcome, retryAfter: sent.retryAfter, at: now)
                return verdict.map { carryOut($0, on: lanes[sent.lane], at: now) }
            }
    }

    /// The tags of questions for our balance are below those of orders.
    private static func trialTag(of lane: Int) -> Int { -1 - lane }

    private static func lane(ofTrial tag: Int) -> Int? { tag < 0 ? -1 - tag : nil }

    /// Step 3 for orders whose intent is committed.
    private mutating func start(_ intents: [Intent]) throws {
        for intent in intents {
            let lane = lanes.index(of: intent.provider)
            let tag = Int(intent.order.rawValue)
            transport.start(
                try lanes[lane].endpoint.call(
                    intent.action(lanes[lane].settings.quantity)), tag: tag)
            lanes[lane].start()
            onTheWay[tag] = (intent, lane)
        }
    }

    /// Keeps what became of orders until it is written down.
    private mutating func take(_ finished: [Finished]) {
        let now = context.clock.now()
        for finished in finished {
            if let lane = Self.lane(ofTrial: finished.tag) {
                let ailment = lanes[lane].endpoint.ailment(in: finished)
                if let verdict = lanes[lane].noteTrial(ailment, at: now) {
                    trials.append((lane, verdict))
                }
                continue
            }
            let (intent, lane) = onTheWay.removeValue(forKey: finished.tag)!
            lanes[lane].end()
            if finished.sawSilentClose { noteSilentClose(of: lane) }
            let outcome = PlacementOutcome(of: finished, from: lanes[lane].endpoint)
            unwritten.append(
                SentOrder(
                    lane: lane, outcome: outcome, retryAfter: finished.retryAfter,
                    written: SendOutcome(outcome, of: intent, by: lanes[lane].settings, at: now)))
        }
        context.progress("sent", tally.sent, of: tally.sent + onTheWay.count)
    }

    /// After a failure: keeps the answers that came, waits for what was sent and keeps those too;
    /// nothing new is sent.
    ///
    /// What fails here too is the lesser news: the run ends with the failure that came first.
    private mutating func keepAnswers(in journal: borrowing AnswerJournal) {
        // A run that is killed while it waits for the rest has lost none that came.
        if !unwritten.isEmpty { try? journal.keep(unwritten.map(\.written)) }
        while transport.inFlight > 0, let all = try? transport.wait(milliseconds: Self.patience) {
            take(all)
        }
        guard !unwritten.isEmpty else { return }
        do throws(SystemError) {
            try journal.keep(unwritten.map(\.written))
            context.logger.notice(
                "kept answers in the journal for the next run",
                metadata: ["orders": "\(unwritten.count)"])
        } catch {
            context.logger.error(
                "answers are lost; the next run holds their orders in doubt",
                metadata: ["orders": "\(unwritten.count)", "reason": "\(error)"])
        }
    }
}
