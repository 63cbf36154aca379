import Ledger
import Logging
import Providers
import Run
import Timestamps
import Trade
import Transport

// Acts on answers about orders, or on the lack of them. `Manner` says what to ask next.
extension AskProviders {
    mutating func take(
        statuses finished: Finished, of orders: [FollowedOrder], as form: StatusForm,
        from index: Int, at now: Timestamp
    ) throws {
        let ids = orders.map(\.providerOrder)
        let answers = lanes[index].endpoint.statuses(of: ids, in: finished)
        if case .success(let answers) = answers {
            try noteCurrency(in: answers, from: index, at: now)
        }
        let judge = StatusJudge(lanes[index].settings, context.settings, now: now)
        let news: [StatusNews]
        if form == .comma, lanes[index].manner.form != .comma {
            news = try takeTrial(answers, of: orders, from: index, judge)
        } else if orders.count > 1 {
            news = try takeList(answers, of: orders, as: form, from: index, judge)
        } else {
            news = try takeSingle(answers, of: orders[0], as: form, from: index, judge)
        }
        tally.asked += news.count
        try learn(news, at: now)
        context.progress("asked", tally.asked, of: tally.asked + ordersOnTheWay)
    }

    /// The answers to a list in `order`, which is tried after lists in `orders` got no answer.
    private mutating func takeTrial(
        _ answers: Answers<StatusReport>, of orders: [FollowedOrder], from index: Int,
        _ judge: StatusJudge
    ) throws -> [StatusNews] {
        guard case .success(let answers) = answers, answers.values.allSatisfy({ !$0.isUnread })
        else {
            lanes[index].manner.commasFailed()
            return []
        }
        lanes[index].noteAnswer(at: judge.now)
        lanes[index].manner.listAnswered(.comma)
        return try orders.map { try judge.news(of: $0, answers[$0.providerOrder] ?? .missing) }
    }

    private mutating func takeList(
        _ answers: Answers<StatusReport>, of orders: [FollowedOrder], as form: StatusForm,
        from index: Int, _ judge: StatusJudge
    ) throws -> [StatusNews] {
        switch answers {
        case .success(let answers) where !answers.values.allSatisfy(\.isMissing):
            lanes[index].noteAnswer(at: judge.now)
            lanes[index].manner.listAnswered(form)
            return try orders.compactMap { order in
                let answer = answers[order.providerOrder] ?? .missing
                if answer.isWorthAsking, lanes[index].manner.mayReadAlone(order.id) {
                    lanes[index].put(.statuses([order], as: lanes[index].manner.loneForm))
                    return nil
                }
                return try judge.news(of: order, answer)
            }
        case .success:
            lanes[index].noteAnswer(at: judge.now)
            listFailed(orders, isIll: true, from: index, at: judge.now)
            return []
        case .failure(let failure) where failure.maySpareOthers:
            if !failure.isAboutTheQuestion {
                try log(failure, from: index, asking: "statuses", at: judge.now)
            }
            listFailed(
                orders, isIll: failure.reason != .refused(.notFound), from: index, at: judge.now)
            return []
        case .failure(let failure):
            try note(failure, from: index, asking: "statuses", at: judge.now)
            return orders.map { judge.nothing(about: $0, retryAfter: failure.retryAfter) }
        }
    }

    private mutating func listFailed(
        _ orders: [FollowedOrder], isIll: Bool, from index: Int, at now: Timestamp
    ) {
        // Choose another order each minute, so that an order that spoils answers is not always the
        // probe.
        let turn = Int(now.milliseconds / 60_000)
        switch lanes[index].manner.listFailed(orders, isIll: isIll, turn: turn) {
        case .again(let orders): lanes[index].putBack(orders)
        case .ask(let question): lanes[index].put(question)
        case .wait: break
        }
    }

    private mutating func takeSingle(
        _ answers: Answers<StatusReport>, of order: FollowedOrder, as form: StatusForm,
        from index: Int, _ judge: StatusJudge
    ) throws -> [StatusNews] {
        let answer = (try? answers.get())?[order.providerOrder]
        if let answer, answer.isAboutOrder {
            lanes[index].noteAnswer(at: judge.now)
            if let probe = lanes[index].manner.endProbe(order.id, isAnswered: true) {
                lanes[index].putBack(probe.held)
            }
            if let trial = lanes[index].manner.answered(alone: order.id, form) {
                lanes[index].put(trial)
            }
            return [try judge.news(of: order, answer)]
        }
        var failure: ReplyFailure?
        if case .failure(let reason) = answers { failure = reason }
        if failure?.maySpareOthers ?? true, !order.state.isEnded,
            let other = lanes[index].manner.otherForm(than: form)
        {
            if let failure { try log(failure, from: index, asking: "statuses", at: judge.now) }
            lanes[index].put(.statuses([order], as: other))
            return []
        }
        lanes[index].manner.notAnswered(alone: order.id)
        let probe = lanes[index].manner.endProbe(order.id, isAnswered: false)
        let held = probe?.held ?? []
        guard let failure else {
            lanes[index].noteAnswer(at: judge.now)
            return try ([order] + held).map { try judge.news(of: $0, answer ?? .missing) }
        }
        try note(failure, from: index, asking: "statuses", at: judge.now)
        if let probe { lanes[index].noteFailures(probe.lists) }
        var news = ([order] + held).map { judge.nothing(about: $0, retryAfter: failure.retryAfter) }
        if lanes[index].answeredAt != nil, failure.maySpareOthers {
            news[0].exception = .unreadableAlone(order, failure)
        }
        return news
    }
}

extension Answer<StatusReport> {
    /// Whether the provider speaks of the order, even if only to say that it does not know it.
    fileprivate var isAboutOrder: Bool {
        switch self {
        case .report, .notFound: true
        case .error, .unclear, .missing: false
        }
    }

    /// Whether more may be readable if the order is asked about alone.
    fileprivate var isWorthAsking: Bool {
        switch self {
        case .unclear: true
        case .report(let report):
            report.unreadableRemains != nil || report.unreadableCharge != nil
        case .notFound, .error, .missing: false
        }
    }
}
