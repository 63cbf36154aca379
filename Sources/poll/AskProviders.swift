import Ledger
import Logging
import Providers
import Run
import Settings
import Spool
import Stage
import Timestamps
import Trade
import Transport

/// Asks the providers for everything that is due: catalogues, balances, the status of orders, and
/// their lists of orders if some are in doubt.
///
/// 1. Ask each provider, a few questions at a time, until nothing is due or the deadline passes.
/// 2. Commit the answers of a moment together with the money that they move. An order's due date
///    moves on with every answer, and also without one, so no order starves.
/// 3. Report changes to the resellers, and standstills to the operator.
///
/// Every question can be asked again, so nothing here needs an intent. A run that dies before step
/// 2 asks again; after it, the next run finds the order ended. The number and bytes of a status
/// file are in the ledger before the file is on disk, so each run writes it until it is there.
///
/// Providers are isolated: each has a lane with its own concurrency, rate and patience, and none
/// waits for the answer of another. A provider that says "too fast" is left alone until the moment
/// it names, in this run and the next ones.
struct AskProviders {
    let context: RunContext
    let ledger: Ledger
    var lanes: [AskingLane]
    var tally = PollTally()
    private let spool: Spool
    private let transport: Transport
    let deadline: Deadline
    /// Questions on their way, by the tag of their call.
    private var onTheWay: [Int: (question: Question, lane: Int)] = [:]
    private var nextTag = 0
    /// News about orders that is not written down yet, and since when.
    private var news: [StatusNews] = []
    private var newsSince = Timestamp(milliseconds: 0)
    private let begun: Timestamp
    /// Whether it also asks about things that are not due.
    private(set) var isAskedNow = false

    /// How long a run waits for an answer before it looks around, in milliseconds.
    private static let patience = 1_000
    /// How much news may wait to be written down, in orders, and how long, in milliseconds. That
    /// is more than are read at once, so that one commit, before the next are read, has them all.
    private static let newsLimit = 2 * AskingLane.ordersAtOnce
    private static let newsPatience = 200
    /// How long a run believes what was learned about a provider's manner, in seconds. After that
    /// it is asked in the trade's way once more.
    private static let habitSeconds = 7 * 86_400

    /// Whether this run's time is up. Every step that may take long checks it.
    var isOver: Bool { deadline.isPassed(at: context.clock.now()) }

    /// - Throws: `SettingsError` if a key cannot be read; `SystemError`; `StoreError`.
    init(_ context: RunContext) throws {
        let settings = context.settings
        let keys = try settings.providerKeys()
        let now = context.clock.now()
        self.context = context
        begun = now
        deadline = Deadline(seconds: settings.poll.deadlineSeconds, from: now)
        let stage = try Stage.open(context)
        spool = stage.spool
        ledger = stage.ledger
        try stage.mendClock(stage.reach, at: now)
        try ledger.priceAnew(by: settings.edition, at: now)
        let providers = try stage.providers()
        let forms = try ledger.habits(.status, since: now.adding(seconds: -Self.habitSeconds))
        lanes = settings.providers.compactMap { provider in
            guard let key = keys[provider.name], let known = providers[provider.name] else {
                return nil
            }
            return AskingLane(
                known, provider, key: key, form: forms[known.id].flatMap(StatusForm.init), at: now)
        }
        transport = Transport(capacity: max(1, lanes.count * AskingLane.questionsAtOnce))
    }

    /// Asks, and reports.
    ///
    /// - Parameters:
    ///   - part: what to do; nil for everything.
    ///   - isNow: whether to ask also about things that are not due.
    /// - Returns: what was done.
    /// - Throws: `StoreError`; `SystemError`; `TransportError`.
    mutating func run(only part: Poll.Part?, now isNow: Bool) throws -> Summary {
        isAskedNow = isNow
        try keepBackups(at: begun)
        if part == nil || part == .statuses {
            for lane in lanes { try believeUndisputed(of: lane) }
        }
        for index in lanes.indices { try plan(part, for: &lanes[index]) }
        try askAll()
        try recordHealth()
        try ledger.reportUnusableBackups(at: context.clock.now())
        if part == nil || part == .statuses {
            tally.statusFiles = try StatusFiles(context, ledger, spool).publish { isOver }
            try raiseAlarms()
        }
        return tally.summary
    }

    /// Until when orders count as due. With `poll statuses`, this includes orders that fall due
    /// within one polling interval. None is asked about twice.
    private func horizon(for lane: AskingLane, at now: Timestamp) -> Timestamp {
        guard isAskedNow else { return now }
        let every = Int64(lane.settings.pollEverySeconds) * 1_000
        return Timestamp(milliseconds: begun.milliseconds + every - 1)
    }

    private func plan(_ part: Poll.Part?, for lane: inout AskingLane) throws {
        let provider = lane.provider
        switch part {
        case nil:
            lane.plan(
                (provider.catalogueDue <= begun ? [.catalogue] : [])
                    + (provider.balanceDue <= begun ? [.balance] : [])
                    + (try doubtQuestions(for: lane)) + (try refills(of: lane)),
                statuses: true)
        case .statuses:
            lane.plan(
                (try doubtQuestions(for: lane)) + (try refills(of: lane)), statuses: true)
        case .catalogue: lane.plan([.catalogue], statuses: false)
        case .balances: lane.plan([.balance], statuses: false)
        }
    }

    /// One question about the refills that are due, if there are any. Its answer adds the next.
    func refills(of lane: AskingLane) throws -> [Question] {
        let due = try ledger.dueRefills(
            with: lane.provider.id, limit: Action.idsPerCall,
            at: horizon(for: lane, at: context.clock.now()))
        return due.isEmpty ? [] : [.refills(due)]
    }

    /// Steps 1 and 2.
    private mutating func askAll() throws {
        while true {
            let now = context.clock.now()
            let waited = now.milliseconds - newsSince.milliseconds
            if !news.isEmpty, waited >= Self.newsPatience { try writeDown() }
            var wait: Int?
            if !deadline.isPassed(at: now) {
                for index in lanes.indices { try ask(index, at: now) }
                let left = deadline.millisecondsLeft(at: now)
                wait = lanes.lazy.compactMap { $0.wait(at: now) }.filter { $0 < left }.min()
            }
            if onTheWay.isEmpty, wait == nil { return try writeDown() }
            let patience = news.isEmpty ? Self.patience : Self.newsPatience
            // One answer at a time: the next question is on its way while it is read.
            let finished = try transport.wait(
                milliseconds: min(wait ?? patience, patience), limit: 1)
            for call in finished { try take(call) }
            // No answer waits for another.
            if finished.isEmpty { try writeDown() }
        }
    }

    private mutating func ask(_ index: Int, at now: Timestamp) throws {
        while lanes[index].mayAsk(at: now) {
            if let missing = lanes[index].missingOrders {
                // Write the news down first: until then, the orders that were asked about are still
                // due.
                try writeDown()
                lanes[index].take(
                    due: try ledger.dueToFollow(
                        with: lanes[index].provider.id, limit: missing,
                        at: horizon(for: lanes[index], at: now), lookingBackAt: now))
            }
            guard let question = lanes[index].nextQuestion() else { return }
            let call = lanes[index].endpoint.call(question.action)
            transport.start(call, tag: nextTag)
            onTheWay[nextTag] = (question, index)
            nextTag += 1
        }
    }

    /// Keeps news until it is written down together with other news of this moment, because the
    /// cost of a commit is its sync. If the run dies meanwhile, the next one asks again.
    mutating func learn(_ learned: [StatusNews], at now: Timestamp) throws {
        if news.isEmpty { newsSince = now }
        news += learned
        if news.count >= Self.newsLimit { try writeDown() }
    }

    private mutating func writeDown() throws {
        guard !news.isEmpty else { return }
        tally.ended += try ledger.record(news, at: context.clock.now())
        news.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ finished: Finished) throws {
        guard let (question, index) = onTheWay.removeValue(forKey: finished.tag) else {
            preconditionFailure("a call that was not started has ended")
        }
        let now = context.clock.now()
        lanes[index].end(question)
        switch question {
        case .statuses(let orders, let form):
            try take(statuses: finished, of: orders, as: form, from: index, at: now)
        case .refills(let refills):
            try take(refills: finished, of: refills, from: index, at: now)
        case .catalogue: try take(catalogue: finished, from: index, at: now)
        case .balance: try take(balance: finished, from: index, at: now)
        case .recentOrders(let limit, let doubts):
            try take(recentOrders: finished, limit: limit, about: doubts, from: index, at: now)
        case .decision(let id, let doubt, _):
            try take(decision: finished, that: id, isOf: doubt, from: index, at: now)
        }
    }

    /// How many orders are being asked about now.
    var ordersOnTheWay: Int { onTheWay.values.reduce(0) { $0 + $1.question.orders.count } }

    /// Counts a question without an answer, and logs why. A provider that says "too fast" is left
    /// alone.
    mutating func note(
        _ failure: ReplyFailure, from index: Int, asking question: String, at now: Timestamp
    ) throws {
        lanes[index].noteFailures()
        try log(failure, from: index, asking: question, at: now)
    }

    /// The same, if another question may still be answered.
    mutating func log(
        _ failure: ReplyFailure, from index: Int, asking question: String, at now: Timestamp
    ) throws {
        tally.failures += 1
        context.logger.error(
            "a provider did not answer",
            metadata: [
                "provider": "\(lanes[index].settings.name)", "asked": "\(question)",
                "reason": "\(failure)",
            ])
        guard failure.asksToWait else { return }
        let until = lanes[index].noteThrottle(seconds: failure.retryAfter, at: now)
        try ledger.leaveAlone(lanes[index].provider.id, until: until)
    }

    /// Reports to the operator, once, what only a person can end.
    private func raiseAlarms() throws {
        let every = context.settings.providers.map { ($0.name, $0.pollEverySeconds) }
        let alarms = try ledger.raiseAlarms(
            pollEvery: Dictionary(uniqueKeysWithValues: every), at: context.clock.now())
        for alarm in alarms {
            context.logger.warning(
                "something stands still until a person looks",
                metadata: [
                    "kind": "\(alarm.kind.rawValue)", "of": "\(alarm.subject)",
                    "detail": "\(alarm.detail)",
                ])
        }
    }

    /// Keeps what was learned about each provider, and counts its answers for `providers.csv`.
    private func recordHealth() throws {
        let now = context.clock.now()
        for lane in lanes {
            if let form = lane.manner.learned {
                try ledger.learn(.status, form.rawValue, of: lane.provider.id, at: now)
            }
            try ledger.noteAnswers(
                of: lane.provider.id, answeredAt: lane.answeredAt, errors: lane.errors, at: now)
        }
    }
}
