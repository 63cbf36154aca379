import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps

/// Asks the providers for the refills and cancels that resellers asked for, up to 100 a call.
///
/// 1. A refill that a run left between sending and answer ends as unknown, for the operator to ask
///    about: asked for twice, it might be delivered twice. A cancel is asked for again.
/// 2. Commit that they are being sent.
/// 3. Send.
/// 4. Commit what the provider said. That he takes a cancel moves no money: the order's status does.
///
/// They keep the rate and the pauses of their provider as his orders do.
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
        _ = try ledger.endUnansweredRefills(at: start)
        var errands = try RequestKind.allCases.flatMap { kind in
            try lanes.indices.filter {
                try !lanes[$0].isTrialDue
                    && ledger.hasDueRequests(kind, of: lanes[$0].id, at: start)
            }.map { Errand(kind: kind, lane: $0) }
        }
        guard !errands.isEmpty else { return 0 }
        let transport = Transport(capacity: errands.count)
        var onTheWay: [Question] = []
        while true {
            let now = context.clock.now()
            let ready = errands.filter { lanes[$0.lane].room(at: now) > 0 }
            if let errand = ready.first {
                errands.removeAll { $0.kind == errand.kind && $0.lane == errand.lane }
                let question = try claim(errand, at: now)
                if question.requests.isEmpty { continue }
                transport.start(call(question), tag: onTheWay.count)
                lanes[errand.lane].start()
                onTheWay.append(question)
                continue
            }
            let wait = errands.compactMap { lanes[$0.lane].wait(at: now) }.min()
            if transport.inFlight == 0, wait == nil { return sent }
            for finished in try transport.wait(milliseconds: min(wait ?? 1_000, 1_000)) {
                try take(finished, to: onTheWay[finished.tag])
            }
        }
    }

    private mutating func claim(_ errand: Errand, at now: Timestamp) throws -> Question {
        let requests = try ledger.claimRequests(
            errand.kind, of: lanes[errand.lane].id, limit: Action.idsPerCall, at: now)
        sent += requests.count
        return Question(errand: errand, requests: requests)
    }

    private func call(_ question: Question) -> Call {
        let ids = question.requests.map(\.providerOrder)
        return lanes[question.errand.lane].endpoint.call(
            question.errand.kind == .refill ? .refill(ids) : .cancel(ids))
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
        // Who may have taken it before refuses it now because he did: the order's end will tell.
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
            case .missing: .unknown(evidence: "the reply passes over it", due: later)
            }
        case .failure(let failure):
            switch failure.reason {
            case .notSent, .refused(.auth), .refused(.funds), .refused(.throttle):
                .postponed(until: later)
            case .refused(nil): .unknown(evidence: failure.text, due: later)
            case .refused: refused
            case .lost, .httpStatus, .html, .empty, .compressed, .unreadable:
                .unknown(evidence: failure.text, due: later)
            }
        }
    }
}
