import Ledger
import Providers
import Settings
import Timestamps
import Trade

// Orders that ended a while ago: does their provider still say the same?
extension StatusJudge {
    /// How soon an order that ended is asked about again where there was no answer, in seconds.
    private static let lookBackEvery = 3_600

    /// There was no answer about an order that ended.
    func nothing(aboutEnded order: FollowedOrder) -> StatusNews {
        let later = now.adding(seconds: max(provider.pollEverySeconds, Self.lookBackEvery))
        var news = StatusNews(order: order.id, askAgain: later)
        news.isLookBack = true
        news.lookBack = later
        return news
    }

    /// What an answer about an order that ended says. It moves nothing: where it contradicts the end,
    /// the operator is told. Providers forget old orders, so that one knows it no more is no
    /// contradiction.
    ///
    /// - Throws: `MoneyError`, where amounts of the ledger cannot be counted.
    func news(ofEnded order: FollowedOrder, _ answer: Answer<StatusReport>) throws -> StatusNews {
        var news = nothing(aboutEnded: order)
        news.lookBack = nil
        guard case .report(let report) = answer, try !agrees(report, with: order) else {
            return news
        }
        let remains = report.remains.map { ", remains \($0)" } ?? ""
        news.exception = LedgerException(
            .endedOrderChanged,
            "it ended \(order.state.rawValue); now the provider says "
                + "\"\(report.word)\"\(remains) of its order \(order.providerOrder); no money "
                + "moved by it; ask it, and if it is right, correct it by a desk file "
                + "(refunds, adjustments)")
        return news
    }

    /// Whether this would have ended the order as it ended.
    private func agrees(_ report: StatusReport, with order: FollowedOrder) throws -> Bool {
        switch try settlement(of: order, by: report) {
        case .completed: order.state == .completed
        case .canceled: order.state == .canceled
        case .partial:
            order.state == .partial
                && (order.remains == nil || report.remains == nil
                    || order.remains == report.remains)
        case nil: order.status == report.status.word
        }
    }
}
