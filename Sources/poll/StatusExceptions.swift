import Ledger
import Money
import Providers

// Exceptions about answers that do not settle an order, or that settle it in spite of figures that
// do not fit. `order` is the example: the exceptions in `StatusNews.remarks` are reported once a
// day for each provider, and counted.

extension LedgerException {
    static func noStatus(_ order: FollowedOrder) -> LedgerException {
        LedgerException(
            .noStatus,
            "the provider says nothing about its order \(order.providerOrder); ask it")
    }

    static func orderNotFound(_ order: FollowedOrder) -> LedgerException {
        LedgerException(
            .orderNotFound,
            "the provider does not know its order \(order.providerOrder); ask it, and decide "
                + "\"refund\" by a desk file if it was not delivered")
    }

    static func statusError(_ order: FollowedOrder, _ words: String) -> LedgerException {
        LedgerException(
            .statusError,
            "about its order \(order.providerOrder) the provider says only: \(words); ask it")
    }

    static func unreadableStatus(_ order: FollowedOrder, _ words: String) -> LedgerException {
        LedgerException(
            .statusUnreadable,
            "the provider's answer about its order \(order.providerOrder) cannot be read "
                + "(\(words)); no money moves, and it is asked again; show it the reply")
    }

    /// The provider answers about others, but this order, asked about alone, has no answer.
    static func unreadableAlone(
        _ order: FollowedOrder, _ failure: ReplyFailure
    ) -> LedgerException {
        LedgerException(
            .statusUnreadable,
            "the provider answers about other orders, but its answer about its order "
                + "\(order.providerOrder) alone cannot be read: \(failure); no money moves, and it "
                + "is asked again; show it the reply")
    }

    static func unknownStatus(_ order: FollowedOrder, _ word: String) -> LedgerException {
        LedgerException(
            .unknownStatus,
            "the provider says \"\(word)\" of its order \(order.providerOrder); no money moves by "
                + "it; ask it what it means")
    }

    static func contradictoryFigures(
        _ order: FollowedOrder, _ word: String, _ words: String
    ) -> LedgerException {
        LedgerException(
            .contradictoryFigures,
            "the provider says \"\(word)\" of its order \(order.providerOrder), and \(words); no "
                + "money moves until its figures agree; ask it, and decide \"refund\" by a desk "
                + "file if nothing was delivered")
    }

    static func unreadableRemains(_ order: FollowedOrder, _ written: String) -> LedgerException {
        LedgerException(
            .unreadableRemains,
            "its order \(order.providerOrder) ended in part, and the provider says that "
                + "\"\(written)\" of \(order.billedUnits) remain, which may be more than one "
                + "number; nothing is refunded until it says a plain one; ask the provider, "
                + "and correct it by a desk file if it will not")
    }

    /// More remains than was ordered.
    static func impossibleRemains(_ order: FollowedOrder, _ remains: Int64) -> LedgerException {
        LedgerException(
            .unknownRemains,
            "its order \(order.providerOrder) ended in part, and the provider says that "
                + "\(remains) of \(order.billedUnits) remain; nothing is refunded until it "
                + "says how much does; ask it")
    }

    static func missingRemains(_ order: FollowedOrder) -> LedgerException {
        LedgerException(
            .unknownRemains,
            "its order \(order.providerOrder) ended in part, and the provider does not say "
                + "how much remains; nothing is refunded until it does; ask it")
    }

    static func endedOrderChanged(
        _ order: FollowedOrder, _ report: StatusReport
    ) -> LedgerException {
        let remains = report.remains.map { ", remains \($0)" } ?? ""
        return LedgerException(
            .endedOrderChanged,
            "it ended \(order.state.rawValue); now the provider says "
                + "\"\(report.word)\"\(remains) of its order \(order.providerOrder); no money "
                + "moved by it; ask it, and if it is right, correct it by a desk file "
                + "(refunds, adjustments)")
    }
}

// MARK: - Settled in spite of the figures

extension LedgerException {
    static func completedInPart(_ order: FollowedOrder, _ words: String) -> LedgerException {
        LedgerException(
            .completedInPart,
            "order \(order.id) (its \(order.providerOrder)) is completed, and \(words); it was "
                + "settled as completed; ask the provider, and refund what was not delivered by a "
                + "desk file (refunds)")
    }

    static func canceledInPart(_ order: FollowedOrder, remains: String) -> LedgerException {
        LedgerException(
            .canceledInPart,
            "order \(order.id) (its \(order.providerOrder)) is canceled, and \(remains) of "
                + "\(order.billedUnits) remain; all its money was given back; ask the provider "
                + "whether something was delivered")
    }

    static func keptCharge(
        _ order: FollowedOrder, _ charge: Amount, _ currency: Currency
    ) -> LedgerException {
        LedgerException(
            .canceledWithCharge,
            "order \(order.id) (its \(order.providerOrder)) is canceled, and the provider says a "
                + "charge of \(charge) \(currency); the reseller has all money back, and no cost "
                + "was booked; look whether the provider paid it back, and ask it if not")
    }

    static func unreadableCharge(
        _ order: FollowedOrder, _ words: String, booked: String
    ) -> LedgerException {
        LedgerException(
            .chargeUnreadable,
            "the charge of order \(order.id) (its \(order.providerOrder)) is \"\(words)\", which "
                + "is no amount; \(booked); ask the provider to write amounts as 0.90")
    }

    static func chargeCurrency(
        _ order: FollowedOrder, _ said: Currency, _ configured: Currency
    ) -> LedgerException {
        LedgerException(
            .chargeCurrency,
            "the provider charged order \(order.id) in \(said), it is configured in "
                + "\(configured); the expected cost was booked; ask it, or configure the currency "
                + "it counts in under a new name")
    }

    static func chargeDiffers(
        _ order: FollowedOrder, _ charge: String, cost: Amount, expected: Amount
    ) -> LedgerException {
        LedgerException(
            .chargeDiffers,
            "the provider charged \(charge) for order \(order.id) (its \(order.providerOrder)), "
                + "\(cost) in the house currency; \(expected) was expected; what it says was "
                + "booked; ask it, or look at the service's rate")
    }

    static func uncountableCharge(_ amount: Amount, _ currency: Currency) -> LedgerException {
        LedgerException(
            .chargeSize,
            "the provider charged \(amount) \(currency), more than can be counted; the expected "
                + "cost was booked; ask it")
    }
}
