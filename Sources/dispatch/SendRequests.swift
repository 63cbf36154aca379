import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps
import Trade
import Transport

/// Asks the providers for the refills and cancels that resellers asked for.
///
/// 1. A refill that a run left between sending and answer ends as unknown, and the operator asks
///    the provider about it: asked for twice, it might be delivered twice. A cancel is asked for
///    again.
/// 2. Commit that they are being sent.
/// 3. Send: up to 100 cancels a call, but each cancel that an answer left out in a call of its own;
///    one refill a call, because half of the panels answer a list of refills with one id that may
///    belong to any (`refill: batch` is for providers that answer about each).
/// 4. Commit the answers. If a provider takes a cancel, no money moves: only the order's status
///    moves money.
///
/// Everything that is due is asked for, until the run's deadline. Until a provider has answered, it
/// gets one call of each kind, so that a provider that is down costs a single refill. If a call
/// fails as a whole, the others wait for the next run. Requests keep the rate and the pauses of
/// their provider, as its orders do.
struct SendRequests {
    private let context: RunContext
    private let ledger: Ledger
    private var lanes: [SendingLane]
    private let deadline: Deadline
    private var errands: [Errand] = []
    /// The calls of this run, by their tags.
    private var questions: [Question] = []
    private var sent = 0

    /// - Parameters:
    ///   - context: the run.
    ///   - ledger: where the requests are.
    ///   - lanes: the providers to ask.
    ///   - deadline: nothing is asked for after this.
    init(
        _ context: RunContext, _ ledger: Ledger, to lanes: [SendingLane], until deadline: Deadline
    ) {
        self.context = context
        self.ledger = ledger
        self.lanes = lanes
        self.deadline = deadline
    }

    /// The requests of a kind that are due to a lane's provider.
    private struct Errand {
        let kind: RequestKind
        let lane: Int
        /// The requests that are not claimed yet.
        var due: ArraySlice<RequestID>
        /// Claimed requests, by the call that will carry them.
        var claimed: [[DueRequest]] = []
        var callsOnTheWay = 0
        /// Whether one of its calls was answered in this run.
        var isAnswered = false

        var isOver: Bool { due.isEmpty && claimed.isEmpty }
    }

    /// A call, and the requests that it carries.
    private struct Question {
        let errand: Int
        let requests: [DueRequest]
    }

    /// Asks for everything that is due.
    ///
    /// - Returns: how many requests were sent.
    mutating func run() throws -> Int {
        try plan(at: context.clock.now())
        guard !errands.isEmpty else { return 0 }
        let transport = Transport(capacity: lanes.reduce(0) { $0 + $1.settings.inFlight })
        while true {
            let now = context.clock.now()
            if let errand = errands.indices.first(where: { mayGo($0, at: now) }) {
                try send(errand, over: transport, at: now)
                continue
            }
            let wait = errands.indices.filter { isReady($0, at: now) }
                .compactMap { lanes[errands[$0].lane].wait(at: now) }.min()
            if transport.inFlight == 0, wait == nil { return sent }
            for finished in try transport.wait(milliseconds: min(wait ?? 1_000, 1_000)) {
                try take(finished, to: questions[finished.tag])
            }
        }
    }

    /// Step 1, and the errands of this run.
    private mutating func plan(at now: Timestamp) throws {
        _ = try ledger.endUnansweredRefills(at: now)
        for kind in RequestKind.allCases {
            let due = try ledger.dueRequests(kind, at: now)
            for (index, lane) in lanes.enumerated() where !lane.isTrialDue {
                guard let requests = due[lane.id] else { continue }
                errands.append(Errand(kind: kind, lane: index, due: requests[...]))
            }
        }
    }

    /// Steps 2 and 3 for the next call of an errand.
    private mutating func send(
        _ errand: Int, over transport: Transport, at now: Timestamp
    ) throws {
        guard let requests = try next(of: errand, at: now) else { return }
        let question = Question(errand: errand, requests: requests)
        transport.start(call(question), tag: questions.count)
        lanes[errands[errand].lane].start()
        errands[errand].callsOnTheWay += 1
        sent += requests.count
        questions.append(question)
    }

    /// Whether a call of an errand may be sent as soon as its provider's rate allows.
    private func isReady(_ errand: Int, at now: Timestamp) -> Bool {
        !deadline.isPassed(at: now) && !errands[errand].isOver
            && (errands[errand].isAnswered || errands[errand].callsOnTheWay == 0)
    }

    private mutating func mayGo(_ errand: Int, at now: Timestamp) -> Bool {
        isReady(errand, at: now) && lanes[errands[errand].lane].room(at: now) > 0
    }

    private func isSingle(_ errand: Errand) -> Bool {
        errand.kind == .refill && lanes[errand.lane].settings.refill == .single
    }

    /// Claims the requests of an errand's next call; nil if they are no longer due.
    private mutating func next(of index: Int, at now: Timestamp) throws -> [DueRequest]? {
        if errands[index].claimed.isEmpty {
            // Claim no more than one call carries: a request claimed and not sent would end as
            // unknown.
            let count = isSingle(errands[index]) ? 1 : Action.idsPerCall
            let claimed = try ledger.startSending(
                errands[index].kind, errands[index].due.prefix(count), at: now)
            errands[index].due.removeFirst(min(count, errands[index].due.count))
            let together = claimed.filter { $0.unanswered == 0 }
            let alone = claimed.filter { $0.unanswered > 0 }
            errands[index].claimed = ([together] + alone.map { [$0] }).filter { !$0.isEmpty }
        }
        return errands[index].claimed.isEmpty ? nil : errands[index].claimed.removeFirst()
    }

    private func call(_ question: Question) -> Call {
        let ids = question.requests.map(\.providerOrder)
        let endpoint = lanes[errands[question.errand].lane].endpoint
        return switch errands[question.errand].kind {
        case .refill: endpoint.call(.refill(ids))
        case .cancel: endpoint.call(.cancel(ids, isRepeated: question.requests[0].unanswered > 0))
        }
    }

    /// Step 4 for a call that has ended.
    private mutating func take(_ finished: Finished, to question: Question) throws {
        let now = context.clock.now()
        let (kind, lane) = (errands[question.errand].kind, errands[question.errand].lane)
        let later = now.adding(seconds: lanes[lane].settings.pollEverySeconds)
        let ids = question.requests.map(\.providerOrder)
        let endpoint = lanes[lane].endpoint
        let answers =
            kind == .refill
            ? endpoint.refills(of: ids, in: finished) : endpoint.cancels(of: ids, in: finished)
        let news = question.requests.map { request in
            RequestNews(
                request.id,
                Self.content(answers, about: request, kind, later: later))
        }
        try ledger.record(news, at: now)
        var problem: ReplyFailure?
        if case .failure(let failure) = answers {
            problem = failure
            context.logger.error(
                "a provider did not take requests",
                metadata: [
                    "provider": "\(endpoint.name)", "kind": "\(kind.rawValue)",
                    "reason": "\(failure)",
                ])
        }
        errands[question.errand].callsOnTheWay -= 1
        if problem.map(Self.isAnAnswer) ?? true {
            errands[question.errand].isAnswered = true
        } else {
            // The next call would fail in the same way.
            (errands[question.errand].due, errands[question.errand].claimed) = ([], [])
        }
        if lanes[lane].noteRequest(problem, at: now) { try ledger.resume(lanes[lane].id) }
        if finished.sawSilentClose, lanes[lane].noteSilentClose() {
            try ledger.keepSilentCloser(lanes[lane].id)
        }
        if let health = lanes[lane].changedHealth() { try ledger.keep(health) }
    }

    /// Whether the provider read a call that failed, so that it may take the next one.
    private static func isAnAnswer(_ failure: ReplyFailure) -> Bool {
        switch failure.reason {
        case .refused(.auth), .refused(.funds), .refused(.throttle): false
        case .refused: true
        case .notSent, .lost, .httpStatus, .html, .empty, .compressed, .unreadable: false
        }
    }

    /// The news about a request; `later` is when to ask again, if that is necessary.
    private static func content(
        _ answers: Answers<Acceptance>, about request: DueRequest, _ kind: RequestKind,
        later: Timestamp
    ) -> RequestNews.Content {
        // A provider that took it before may refuse it now for that reason. The order's end will
        // tell.
        let refused: RequestNews.Content =
            request.isRepeated ? .sent(refill: nil, followAt: later) : .ended(.rejected)
        return switch answers {
        case .success(let answers):
            switch answers[request.providerOrder] ?? .missing {
            case .report(let acceptance):
                // A refill without an id cannot be asked about: it ends here.
                kind == .refill && acceptance.refill == nil
                    ? .ended(.accepted) : .sent(refill: acceptance.refill, followAt: later)
            case .notFound, .error: refused
            case .unclear(let words):
                // Neither yes nor no. For a cancel, the order's status will tell.
                kind == .cancel
                    ? .sent(refill: nil, followAt: later) : .unknown(evidence: words, due: later)
            case .missing: .passedOver(evidence: "its answer leaves it out", due: later)
            }
        case .failure(let failure):
            switch failure.reason {
            case .notSent, .refused(.auth), .refused(.funds), .refused(.throttle):
                .postponed(until: later)
            case .refused(.some) where kind == .refill: refused
            // A complaint about a list may be about one of its orders, or about lists as such.
            case .refused: .passedOver(evidence: failure.text, due: later)
            case .lost, .httpStatus, .html, .empty, .compressed, .unreadable:
                .unknown(evidence: failure.text, due: later)
            }
        }
    }
}
