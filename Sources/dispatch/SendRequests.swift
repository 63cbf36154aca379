import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps

/// Asks the providers for the refills and cancels that resellers asked for.
///
/// 1. A refill that a run left between sending and answer ends as unknown, for the operator to ask
///    about: asked for twice, it might be delivered twice. A cancel is asked for again.
/// 2. Commit that they are being sent.
/// 3. Send: cancels up to 100 a call, and each alone that an answer passed over; refills one a call,
///    since half of the panels answer a list of them with one id that may be of any (`refill: batch`
///    for those that are known to answer about each).
/// 4. Commit what the provider said. That it takes a cancel moves no money: the order's status does.
///
/// They keep the rate and the pauses of their provider as its orders do.
struct SendRequests {
    private let context: RunContext
    private let ledger: Ledger
    private var lanes: [Lane]
    private var sent = 0

    /// - Parameter lanes: the providers to ask.
    init(_ context: RunContext, _ ledger: Ledger, to lanes: [Lane]) {
        self.context = context
        self.ledger = ledger
        self.lanes = lanes
    }

    /// Requests of a kind for a lane's provider, which are due.
    private struct Errand {
        let kind: RequestKind
        let lane: Int
    }

    /// A call on its way.
    private struct Question {
        let errand: Errand
        let requests: [DueRequest]
    }

    /// Returns how many requests were sent.
    mutating func run() throws -> Int {
        let start = context.clock.now()
        let deadline = start.adding(seconds: context.settings.dispatch.deadlineSeconds)
        _ = try ledger.endUnansweredRefills(at: start)
        var errands = try RequestKind.allCases.flatMap { kind in
            try lanes.indices.filter {
                try !lanes[$0].isTrialDue
                    && ledger.hasDueRequests(kind, of: lanes[$0].id, at: start)
            }.map { Errand(kind: kind, lane: $0) }
        }
        guard !errands.isEmpty else { return 0 }
        let transport = Transport(capacity: lanes.reduce(0) { $0 + $1.settings.inFlight })
        var claimed: [Question] = []
        var onTheWay: [Question] = []
        while true {
            let now = context.clock.now()
            if now >= deadline { (claimed, errands) = ([], []) }
            if let index = claimed.firstIndex(where: { lanes[$0.errand.lane].room(at: now) > 0 }) {
                let question = claimed.remove(at: index)
                transport.start(call(question), tag: onTheWay.count)
                lanes[question.errand.lane].start()
                onTheWay.append(question)
                sent += question.requests.count
                continue
            }
            if let index = errands.firstIndex(where: { lanes[$0.lane].room(at: now) > 0 }) {
                let questions = try claim(errands[index], at: now)
                // Refills that are asked for one by one are claimed so too: what is claimed and not
                // sent would end as unknown.
                if questions.isEmpty || !isSingle(errands[index]) { errands.remove(at: index) }
                claimed += questions
                continue
            }
            let lanesLeft = claimed.map(\.errand.lane) + errands.map(\.lane)
            let wait = lanesLeft.compactMap { lanes[$0].wait(at: now) }.min()
            if transport.inFlight == 0, wait == nil { return sent }
            for finished in try transport.wait(milliseconds: min(wait ?? 1_000, 1_000)) {
                try take(finished, to: onTheWay[finished.tag])
            }
        }
    }

    private func isSingle(_ errand: Errand) -> Bool {
        errand.kind == .refill && lanes[errand.lane].settings.refill == .single
    }

    /// Claims what is due, as the calls that it takes.
    private func claim(_ errand: Errand, at now: Timestamp) throws -> [Question] {
        let requests = try ledger.claimRequests(
            errand.kind, of: lanes[errand.lane].id,
            limit: isSingle(errand) ? 1 : Action.idsPerCall, at: now)
        let together = requests.filter { $0.unanswered == 0 }
        let alone = requests.filter { $0.unanswered > 0 }
        return ([together] + alone.map { [$0] }).filter { !$0.isEmpty }
            .map { Question(errand: errand, requests: $0) }
    }

    private func call(_ question: Question) -> Call {
        let ids = question.requests.map(\.providerOrder)
        let endpoint = lanes[question.errand.lane].endpoint
        return switch question.errand.kind {
        case .refill: endpoint.call(.refill(ids))
        case .cancel: endpoint.call(.cancel(ids, isRepeated: question.requests[0].unanswered > 0))
        }
    }

    private mutating func take(_ finished: Finished, to question: Question) throws {
        let now = context.clock.now()
        let (kind, lane) = (question.errand.kind, question.errand.lane)
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
        if lanes[lane].noteRequest(problem, at: now) { try ledger.resume(lanes[lane].id) }
        if finished.sawSilentClose, lanes[lane].noteSilentClose() {
            try ledger.keepSilentCloser(lanes[lane].id)
        }
        if let health = lanes[lane].changedHealth() { try ledger.keep(health) }
    }

    private static func content(
        _ answers: Answers<Acceptance>, about request: DueRequest, _ kind: RequestKind,
        later: Timestamp
    ) -> RequestNews.Content {
        // One that may have taken it before refuses it now because it did: the order's end will tell.
        let refused: RequestNews.Content =
            request.isRepeated ? .sent(refill: nil, followAt: later) : .ended("Rejected")
        return switch answers {
        case .success(let answers):
            switch answers[request.providerOrder] ?? .missing {
            case .report(let acceptance):
                // A refill without an id cannot be asked about: it ends here.
                kind == .refill && acceptance.refill == nil
                    ? .ended("Accepted") : .sent(refill: acceptance.refill, followAt: later)
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
