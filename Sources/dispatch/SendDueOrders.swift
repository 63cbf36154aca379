import BatchFiles
import Ledger
import Logging
import Providers
import Run
import Settings
import Spool
import Stage
import Timestamps
import Transport

/// Sends every due order to its provider, once.
///
/// 1. Record the answers that an earlier run could keep only in the journal. Hold in doubt
///    the orders that it left `sending`.
/// 2. Commit the intent: `accepted` becomes `sending`, with a new attempt.
/// 3. Send: the only step that touches the network.
/// 4. Commit the outcome: `placed`, `refused`, `in_doubt`, or `accepted` again with a later due
///    date. The next intents go into the same commit, so that one fsync serves a moment and not an
///    order. The ledger may find that a "placed" proves nothing. Therefore that commit also decides
///    what the answers say about their providers, and which orders are sent next.
///
/// A run that dies between 2 and 4 leaves the order `sending`. The next run finds it and holds it
/// as `in_doubt`, because nobody can know whether the provider has it. If step 4 fails, the run
/// waits for what was sent, keeps the answers in the journal, and ends.
///
/// If a provider refused an order for good, or is paused, the commit that records this also buys
/// the order from the next place that may serve it (`Market`). An order that would cost more than
/// it brings waits. Both are decided when an order is claimed, so that it is sent once or not at
/// all.
///
/// A provider that was paused is first asked for our balance. If it names the balance, one order is
/// sent, and after a good answer, more of them.
///
/// At each provider the resellers take turns (`Turns`). Providers are isolated: each has a lane
/// with its own concurrency, rate and breaker. Between due orders a run waits for answers, and for
/// a provider's rate to allow the next order, until its deadline. Meanwhile it looks for what else
/// has become due; it never waits for an order to become due.
struct SendDueOrders {
    private let context: RunContext
    private let ledger: Ledger
    private let spool: Spool
    private let transport: Transport
    private var lanes: Lanes
    /// Orders on their way, by the tag of their call.
    private var onTheWay: [Int: (intent: Intent, lane: Int)] = [:]
    /// Answers that are not in the ledger yet.
    private var unwritten: [SentOrder] = []
    /// Verdicts from answers about our balance that are not in the ledger yet.
    private var trials: [(lane: Int, verdict: SendingLane.Verdict)] = []
    private var tally = SendTally()
    private let turns = Turns()

    /// How long a run waits for an answer before it looks around, in milliseconds.
    private static let patience = 1_000

    /// - Parameters:
    ///   - context: the run.
    ///   - only: the one provider to send to; nil for all.
    ///   - limit: the most orders to send.
    /// - Throws: `SettingsError` if a key cannot be read; `SystemError`; `StoreError`.
    init(_ context: RunContext, only: String?, limit: Int) throws {
        let settings = context.settings
        let keys = try settings.providerKeys()
        let now = context.clock.now()
        self.context = context
        let stage = try Stage.open(context)
        spool = stage.spool
        ledger = stage.ledger
        try stage.mendClock(stage.reach, at: now)
        let providers = try stage.providers()
        lanes = Lanes(
            to: providers, keys: keys, only: only, limit: limit, settings, at: now)
        transport = Transport(capacity: max(1, lanes.capacity))
    }

    mutating func run() throws -> Summary {
        let journal = try AnswerJournal(spool.journal("dispatch.answers"))
        try catchUp(journal)
        do {
            try planTurns(at: context.clock.now())
            while try takeTurn(at: context.clock.now()) {}
        } catch {
            keepAnswers(in: journal)
            throw error
        }
        var requests = SendRequests(context, ledger, to: lanes.all, until: lanes.deadline)
        tally.requests = try requests.run()
        try lanes.record(in: ledger, at: context.clock.now())
        return tally.summary
    }

    /// Step 1.
    private mutating func catchUp(_ journal: borrowing AnswerJournal) throws {
        let now = context.clock.now()
        let kept = try journal.kept()
        var held = 0
        if !kept.isEmpty {
            _ = try ledger.advance(recording: kept, waitingForLinks: false, at: now) { unproven in
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

    /// Sets aside the lanes that have nothing due.
    private mutating func planTurns(at now: Timestamp) throws {
        if context.settings.duplicateLinks != .wait { try ledger.endLinkWaits(at: now) }
        for (index, lane) in lanes.all.enumerated()
        where try !ledger.hasDueOrders(of: lane.id, at: now) {
            if lane.isTrialDue {
                // Its refills and cancels wait for the trial as well.
                if try ledger.hasDueRequests(of: lane.id, at: now) { continue }
                lanes[index].leave()
            }
            lanes.noteIdle(lane.id, at: now)
        }
    }

    /// Steps 2 to 4: writes down the answers that came, sends what may be sent now, and waits for
    /// the next answers.
    ///
    /// - Returns: false once nothing is on its way and nothing more can be sent, because nothing
    ///   is due or the deadline has passed.
    private mutating func takeTurn(at now: Timestamp) throws -> Bool {
        for lane in lanes.toBeAsked(at: now) {
            transport.start(lanes[lane].ask(), tag: Self.trialTag(of: lane))
        }
        if !unwritten.isEmpty || !trials.isEmpty || !lanes.claims(at: now).isEmpty
            || !lanes.offering(at: now).isEmpty
        {
            try start(writeDown(at: now))
        }
        let wait = lanes.offering(at: now).isEmpty ? lanes.wait(at: now) : 0
        if transport.inFlight == 0, wait == nil { return false }
        // At most half of them: while these are written down, the others are on the wire.
        try take(
            transport.wait(
                milliseconds: min(wait ?? Self.patience, Self.patience),
                limit: max(1, transport.capacity / 2)))
        return true
    }

    /// Step 4 for the answers that came, and step 2 for the orders to send next.
    private mutating func writeDown(at now: Timestamp) throws -> [Intent] {
        var moves = NextMoves()
        let claimed = try ledger.advance(
            recording: unwritten.map(\.written),
            waitingForLinks: context.settings.duplicateLinks == .wait,
            minProfit: context.settings.pricing.minProfitPercent, turns: turns, at: now
        ) { unproven in
            moves = lanes.nextMoves(judge(unproven, at: now), at: now)
            return moves
        }
        unwritten = []
        trials = []
        report(moves.gates)
        lanes.note(claimed, after: moves, at: now)
        return claimed.intents
    }

    /// Decides what the answers mean for the providers that gave them, now that the ledger knows
    /// what they prove.
    private mutating func judge(
        _ unproven: [UnprovenPlacement], at now: Timestamp
    ) -> [GateChange] {
        let evidence = Dictionary(
            uniqueKeysWithValues: unproven.map { ($0.order, $0.evidence) })
        let tried = trials.map { lanes.carryOut($0.verdict, on: $0.lane, at: now) }
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
                return verdict.map { lanes.carryOut($0, on: sent.lane, at: now) }
            }
    }

    /// The tags of questions about our balance are below those of orders.
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

    /// Keeps the answers that came until they are written down.
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
            guard let (intent, lane) = onTheWay.removeValue(forKey: finished.tag) else {
                preconditionFailure("a call that was not started has ended")
            }
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

    /// After a failure: keeps the answers that came, waits for what was sent, and keeps those
    /// answers too. Nothing new is sent.
    ///
    /// If this fails too, the run still ends with the failure that came first.
    private mutating func keepAnswers(in journal: borrowing AnswerJournal) {
        // If the run is killed while it waits for the rest, it has lost none that came.
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

// MARK: - For the operator

extension SendDueOrders {
    /// Reports the providers that were paused, once that is written down.
    private func report(_ gates: [GateChange]) {
        for gate in gates {
            guard case .pause(let until, let reason, _) = gate.content else { continue }
            let settings = lanes[lanes.index(of: gate.provider)].settings
            context.logger.error(
                "paused a provider",
                metadata: [
                    "provider": "\(settings.name)", "seconds": "\(settings.breaker.openSeconds)",
                    "until": "\(until)", "reason": "\(reason)",
                ])
        }
    }

    /// Reports once that a provider's server closed a kept-alive connection without notice.
    private mutating func noteSilentClose(of lane: Int) {
        guard lanes.noteSilentClose(of: lane) else { return }
        context.logger.notice(
            """
            a provider's server closes connections without saying so; from now on each of its \
            orders has a connection of its own
            """, metadata: ["provider": "\(lanes[lane].settings.name)"])
    }
}
