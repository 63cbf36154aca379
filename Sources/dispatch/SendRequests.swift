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
struct SendRequests {
    private let context: RunContext
    private let ledger: Ledger
    private let lanes: [Lane]

    /// - Parameter lanes: the providers to ask.
    init(_ context: RunContext, _ ledger: Ledger, to lanes: [Lane]) {
        self.context = context
        self.ledger = ledger
        self.lanes = lanes
    }

    /// A call on its way.
    private struct Question {
        let kind: RequestKind
        let lane: Lane
        let requests: [DueRequest]
    }

    /// Returns how many requests were sent.
    func run() throws -> Int {
        _ = try ledger.endUnansweredRefills(at: context.clock.now())
        let questions = try RequestKind.allCases.flatMap { kind in
            try lanes.compactMap { try claim(kind, for: $0) }
        }
        guard !questions.isEmpty else { return 0 }
        let transport = try Transport(capacity: questions.count)
        for (tag, question) in questions.enumerated() {
            let ids = question.requests.map(\.providerOrder)
            let action: Action = question.kind == .refill ? .refill(ids) : .cancel(ids)
            transport.start(question.lane.endpoint.call(action), tag: tag)
        }
        while transport.inFlight > 0 {
            for finished in try transport.wait(milliseconds: 1_000) {
                try take(finished, to: questions[finished.tag])
            }
        }
        return questions.reduce(0) { $0 + $1.requests.count }
    }

    private func claim(_ kind: RequestKind, for lane: Lane) throws -> Question? {
        let requests = try ledger.claimRequests(
            kind, of: lane.id, limit: Action.idsPerCall, at: context.clock.now())
        return requests.isEmpty ? nil : Question(kind: kind, lane: lane, requests: requests)
    }

    private func take(_ finished: Finished, to question: Question) throws {
        let now = context.clock.now()
        let later = now.adding(seconds: question.lane.settings.pollEverySeconds)
        let ids = question.requests.map(\.providerOrder)
        let endpoint = question.lane.endpoint
        let answers =
            question.kind == .refill
            ? endpoint.refills(of: ids, in: finished) : endpoint.cancels(of: ids, in: finished)
        let news = question.requests.map { request in
            RequestNews(
                request.id,
                Self.content(answers, about: request.providerOrder, question.kind, later: later))
        }
        try ledger.record(news, at: now)
        if case .failure(let failure) = answers {
            context.logger.error(
                "a provider did not take requests",
                metadata: [
                    "provider": "\(endpoint.name)", "kind": "\(question.kind.rawValue)",
                    "reason": "\(failure)",
                ])
        }
    }

    private static func content(
        _ answers: Answers<Acceptance>, about id: String, _ kind: RequestKind, later: Timestamp
    ) -> RequestNews.Content {
        switch answers {
        case .success(let answers):
            switch answers[id] ?? .missing {
            case .report(let acceptance):
                // A refill without an id cannot be asked about: it ends here.
                kind == .refill && acceptance.refill == nil
                    ? .ended("Accepted") : .sent(refill: acceptance.refill, followAt: later)
            case .notFound, .error: .ended("Rejected")
            case .missing: .unknown(evidence: "the reply passes over it", due: later)
            }
        case .failure(let failure):
            switch failure.reason {
            case .notSent, .refused(.auth), .refused(.funds), .refused(.throttle):
                .postponed(until: later)
            case .refused(nil): .unknown(evidence: failure.text, due: later)
            case .refused: .ended("Rejected")
            case .lost, .httpStatus, .html, .empty, .unreadable:
                .unknown(evidence: failure.text, due: later)
            }
        }
    }
}
