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
/// 1. A refill that a run left between sending and answer ends as unknown, for the operator to ask
///    about: asked for twice, it might be delivered twice. A cancel is asked for again.
/// 2. Commit that they are being sent.
/// 3. Send: cancels up to 100 a call, and each alone that an answer passed over; refills one a
///    call, since half of the panels answer a list of them with one id that may be of any (`refill:
///    batch` for those that are known to answer about each).
/// 4. Commit what the provider said. That it takes a cancel moves no money: the order's status
///    does.
///
/// All that is due is asked for, until the run's deadline. Of each kind a provider gets one call
/// until it has answered one, so that one that is down costs a single refill; when a call fails as
/// a whole, the others wait for the next run. They keep the rate and the pauses of their provider
/// as its orders do.
struct SendRequests {
    private let context: RunContext
    private let ledger: Ledger
    private var lanes: [Lane]
    private let deadline: Deadline
    private var errands: [Errand] = []
    private var sent = 0

    /// - Parameters:
    ///   - lanes: the providers to ask.
    ///   - deadline: nothing is asked for after this.
    init(
        _ context: RunContext, _ ledger: Ledger, to lanes: [Lane], until deadline: Deadline
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
        /// Those that are not claimed yet.
        var due: ArraySlice<RequestID>
        /// Claimed, and to be sent in calls of their own.
        var claimed: [[DueRequest]] = []
        var callsOnTheWay = 0
        /// Whether one of its calls was answered in this run.
        var isAnswered = false

        var isOver: Bool { due.isEmpty && claimed.isEmpty }
    }

    /// A call on its way.
    private struct Question {
        let errand: Int
        let requests: [DueRequest]
    }

    /// Returns how many requests were sent.
    mutating func run() throws -> Int {
        let start = context.clock.now()
        _ = try ledger.endUnansweredRefills(at: start)
        for kind in RequestKind.allCases {
            let due = try ledger.dueRequests(kind, at: start)
            for (index, lane) in lanes.enumerated() where !lane.isTrialDue {
                guard let requests = due[lane.id] else { continue }
                errands.append(Errand(kind: kind, lane: index, due: requests[...]))
            }
        }
        guard !errands.isEmpty else { return 0 }
        let transport = Transport(capacity: lanes.reduce(0) { $0 + $1.settings.inFlight })
        var onTheWay: [Question] = []
        while true {
            let now = context.clock.now()
            if let errand = errands.indices.first(where: { mayGo($0, at: now) }) {
                guard let requests = try next(of: errand, at: now) else { continue }
                let question = Question(errand: errand, requests: requests)
                transport.start(call(question), tag: onTheWay.count)
                lanes[errands[errand].lane].start()
                errands[errand].callsOnTheWay += 1
                sent += requests.count
                onTheWay.append(question)
                continue
            }
            let wait = errands.indices.filter { isReady($0, at: now) }
                .compactMap { lanes[errands[$0].lane].wait(at: now) }.min()
            if transport.inFlight == 0, wait == nil { return sent }
            for finished in try transport.wait(milliseconds: min(wait ?? 1_000, 1_000)) {
                try take(finished, to: onTheWay[finished.tag])
            }
        }
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

    /// Claims the requests of an errand's next call; nil where what was due is so no more.
    private mutating func next(of index: Int, at now: Timestamp) throws -> [DueRequest]? {
        if errands[index].claimed.isEmpty {
            // What is claimed and not sent would end as unknown: no more than go at once.
            let count = isSingle(errands[index]) ? 1 : Action.idsPerCall
            let claimed = try ledger.claimRequests(
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
            // What one call met, the next would meet as well.
            (errands[question.errand].due, errands[question.errand].claimed) = ([], [])
        }
        if lanes[lane].noteRequest(problem, at: now) { try ledger.resume(lanes[lane].id) }
        if finished.sawSilentClose, lanes[lane].noteSilentClose() {
            try ledger.keepSilentCloser(lanes[lane].id)
        }
        if let health = lanes[lane].changedHealth() { try ledger.keep(health) }
    }

    /// Whether a provider that failed a call read it, so that it may take the next one.
    private static func isAnAnswer(_ failure: ReplyFailure) -> Bool {
        switch failure.reason {
        case .refused(.auth), .refused(.funds), .refused(.throttle): false
        case .refused: true
        case .notSent, .lost, .httpStatus, .html, .empty, .compressed, .unreadable: false
        }
    }

    private static func content(
        _ answers: Answers<Acceptance>, about request: DueRequest, _ kind: RequestKind,
        later: Timestamp
    ) -> RequestNews.Content {
        // One that may have taken it before refuses it now because it did: the order's end will
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
                // Neither a yes nor a no: of a cancel, the order's status will tell.
                kind == .cancel
                    ? .sent(refill: nil, followAt: later) : .unknown(evidence: words, due: later)
            case .missing: .passedOver(evidence: "its answer passes over it", due: later)
            }
        case .failure(let failure):
            switch failure.reason {
            case .notSent, .refused(.auth), .refused(.funds), .refused(.throttle):
                .postponed(until: later)
            case .refused(.some) where kind == .refill: refused
            // A complaint about a list may be about one of them, or about lists.
            case .refused: .passedOver(evidence: failure.text, due: later)
            case .lost, .httpStatus, .html, .empty, .compressed, .unreadable:
                .unknown(evidence: failure.text, due: later)
            }
        }
    }
}
