import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps
import Trade
import Transport

// Asks about orders in doubt, and acts on the answers.
extension AskProviders {
    /// The questions that are due about a provider's orders in doubt. None while files of the gap
    /// after a restore still wait to be replayed: orders on the provider's list may belong to them.
    func doubtQuestions(for lane: AskingLane) throws -> [Question] {
        guard try !ledger.awaitsLostFiles() else { return [] }
        let doubts = try ledger.doubts(with: lane.provider.id)
        let now = context.clock.now()
        var questions: [Question] = []
        if lane.settings.inquiry == .orders, !doubts.isEmpty,
            isAskedNow || lane.provider.inquiryDue <= now
        {
            questions.append(.recentOrders(limit: Inquiry.limits.usual, about: doubts))
        }
        return questions
            + doubts.compactMap { doubt in
                guard let decision = doubt.decision, isAskedNow || decision.dueAt <= now,
                    case .placed(let id) = decision.decision
                else { return nil }
                return .decision(id, of: doubt, as: lane.manner.loneForm)
            }
    }

    /// Believes decisions that waited for a list and that nothing can contradict any more, because
    /// the list is no longer asked for.
    mutating func believeUndisputed(of lane: AskingLane) throws {
        guard lane.settings.inquiry == .none, try !ledger.awaitsLostFiles() else { return }
        let now = context.clock.now()
        let news = try ledger.doubts(with: lane.provider.id).compactMap { doubt -> DoubtNews? in
            switch doubt.decision?.decision {
            case nil, .placed: nil
            case .notPlaced, .refund:
                DoubtNews(
                    of: doubt, .believed(because: "its list is not asked for"), askAgain: now)
            }
        }
        guard !news.isEmpty else { return }
        tally.resolved += try ledger.record(news, of: lane.provider.id, at: now) { isOver }
    }

    mutating func take(
        recentOrders finished: Finished, limit: Int, about doubts: [Doubt], from index: Int,
        at now: Timestamp
    ) throws {
        let lane = lanes[index]
        switch lane.endpoint.recentOrders(in: finished) {
        case .success(let list):
            lanes[index].noteAnswer(at: now)
            let inquiry = Inquiry(
                provider: lane.settings, list: list, links: context.settings.links,
                ours: try ledger.known(
                    among: list.map(\.providerOrder), with: lane.provider.id), now: now)
            tally.resolved += try ledger.record(
                doubts.map(inquiry.news), of: lane.provider.id,
                inquiryDue: doubts.map(inquiry.wait).min().map(now.adding), at: now
            ) { isOver }
        case .failure(let failure)
        where failure.isAboutTheQuestion && limit != Inquiry.limits.small:
            lanes[index].put(.recentOrders(limit: Inquiry.limits.small, about: doubts))
        case .failure(let failure):
            try note(failure, from: index, asking: "orders", at: now)
            let every = lane.settings.pollEverySeconds
            let due = now.adding(seconds: max(every, failure.retryAfter ?? 0))
            let evidence =
                failure.isAboutTheQuestion ? "it does not list its orders: \(failure.text)" : nil
            tally.resolved += try ledger.record(
                doubts.map { DoubtNews(of: $0, .open(evidence: evidence), askAgain: due) },
                of: lane.provider.id, inquiryDue: due, at: now
            ) { isOver }
        }
    }

    /// Believes a decision that names an id if the provider knows the status of that id.
    mutating func take(
        decision finished: Finished, that id: String, isOf doubt: Doubt, from index: Int,
        at now: Timestamp
    ) throws {
        let lane = lanes[index]
        let content: DoubtNews.Content
        switch lane.endpoint.statuses(of: [id], in: finished) {
        case .success(let answers):
            lanes[index].noteAnswer(at: now)
            content = verdict(on: doubt, answers[id] ?? .missing, of: lane, at: now)
        case .failure(let failure):
            try note(failure, from: index, asking: "statuses", at: now)
            content = .open(evidence: nil)
        }
        let later = now.adding(seconds: lane.settings.pollEverySeconds)
        tally.resolved += try ledger.record(
            [DoubtNews(of: doubt, content, askAgain: later)], of: lane.provider.id, at: now)
    }

    private func verdict(
        on doubt: Doubt, _ answer: Answer<StatusReport>, of lane: AskingLane, at now: Timestamp
    ) -> DoubtNews.Content {
        switch answer {
        case .report(let report):
            // An unknown word may be the provider's way to say that it does not know the order,
            // unless figures of an order stand beside it.
            if case .unknown = report.status, !report.hasFigures {
                .open(evidence: nil)
            } else {
                .believed(because: "the provider knows it: \(report.word)")
            }
        case .notFound:
            now > doubt.sentUntil.adding(seconds: lane.settings.notFoundGraceSeconds)
                ? .contradicted(because: "the provider does not know that order")
                : .open(evidence: nil)
        case .missing, .error, .unclear: .open(evidence: nil)
        }
    }
}
