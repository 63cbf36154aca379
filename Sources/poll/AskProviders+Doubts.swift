import Ledger
import Logging
import Providers
import Run
import Settings
import Timestamps
import Trade
import Transport

// Orders in doubt: what their providers are asked, and what the answers do.
extension AskProviders {
    /// The questions about a provider's orders in doubt that are due. None while files of a lost time are still
    /// to be taken: what his list has may be theirs.
    func doubtQuestions(for party: Party) throws -> [Question] {
        guard try !ledger.awaitsLostFiles() else { return [] }
        let doubts = try ledger.doubts(with: party.provider.id)
        let now = context.clock.now()
        var questions: [Question] = []
        if party.settings.inquiry == .orders, !doubts.isEmpty,
            isAskedNow || party.provider.inquiryDue <= now
        {
            questions.append(.recentOrders(limit: Inquiry.limits[0], about: doubts))
        }
        return questions
            + doubts.compactMap { doubt in
                guard let decision = doubt.decision, isAskedNow || decision.dueAt <= now,
                    case .placed(let id) = decision.decision
                else { return nil }
                return .decision(id, of: doubt, as: party.manner.loneForm)
            }
    }

    /// Decisions that nobody can dispute any more: the list they waited for is not asked for now.
    mutating func believeUndisputed(of party: Party) throws {
        guard party.settings.inquiry == .none, try !ledger.awaitsLostFiles() else { return }
        let now = context.clock.now()
        let news = try ledger.doubts(with: party.provider.id).compactMap { doubt -> DoubtNews? in
            switch doubt.decision?.decision {
            case nil, .placed: nil
            case .notPlaced, .refund:
                DoubtNews(
                    of: doubt, .believed(because: "his list is not asked for"), askAgain: now)
            }
        }
        guard !news.isEmpty else { return }
        tally.resolved += try ledger.record(news, of: party.provider.id, at: now) { isOver }
    }

    mutating func take(
        recentOrders finished: Finished, limit: Int, about doubts: [Doubt], from index: Int,
        at now: Timestamp
    ) throws {
        let party = parties[index]
        switch party.endpoint.recentOrders(in: finished) {
        case .success(let list):
            parties[index].noteAnswer(at: now)
            let inquiry = Inquiry(
                provider: party.settings, list: list, links: context.settings.links,
                claimed: try ledger.claimed(
                    among: list.map(\.providerOrder), with: party.provider.id), now: now)
            tally.resolved += try ledger.record(
                doubts.map(inquiry.news), of: party.provider.id,
                inquiryDue: doubts.map(inquiry.wait).min().map(now.adding), at: now
            ) { isOver }
        case .failure(let failure)
        where failure.isAboutTheQuestion && limit != Inquiry.limits.last:
            parties[index].put(.recentOrders(limit: Inquiry.limits.last!, about: doubts))
        case .failure(let failure):
            try note(failure, from: index, asking: "orders", at: now)
            let every = party.settings.pollEverySeconds
            let due = now.adding(seconds: max(every, failure.retryAfter ?? 0))
            let evidence =
                failure.isAboutTheQuestion ? "he does not list his orders: \(failure.text)" : nil
            tally.resolved += try ledger.record(
                doubts.map { DoubtNews(of: $0, .open(evidence: evidence), askAgain: due) },
                of: party.provider.id, inquiryDue: due, at: now
            ) { isOver }
        }
    }

    /// A decision that names an id is believed where the provider knows the id's status.
    mutating func take(
        decision finished: Finished, that id: String, isOf doubt: Doubt, from index: Int,
        at now: Timestamp
    ) throws {
        let party = parties[index]
        let content: DoubtNews.Content
        switch party.endpoint.statuses(of: [id], in: finished) {
        case .success(let answers):
            parties[index].noteAnswer(at: now)
            content = verdict(on: doubt, answers[id] ?? .missing, of: party, at: now)
        case .failure(let failure):
            try note(failure, from: index, asking: "statuses", at: now)
            content = .open(evidence: nil)
        }
        let later = now.adding(seconds: party.settings.pollEverySeconds)
        tally.resolved += try ledger.record(
            [DoubtNews(of: doubt, content, askAgain: later)], of: party.provider.id, at: now)
    }

    private func verdict(
        on doubt: Doubt, _ answer: Answer<StatusReport>, of party: Party, at now: Timestamp
    ) -> DoubtNews.Content {
        switch answer {
        case .report(let report):
            // A word that nobody knows may be his way to say that he does not know the order either;
            // not beside an order's figures.
            if case .unknown = report.status, !report.hasFigures {
                .open(evidence: nil)
            } else {
                .believed(because: "the provider knows it: \(report.word)")
            }
        case .notFound:
            now > doubt.sentUntil.adding(seconds: party.settings.notFoundGraceSeconds)
                ? .contradicted(because: "the provider does not know that order")
                : .open(evidence: nil)
        case .missing, .error, .unclear: .open(evidence: nil)
        }
    }
}
