import Ledger
import Money

// What the operator is told of figures that do not fit. `order` is the example; all of these but
// the first are told once a day of a provider, and counted.
extension LedgerException {
    static func contradictoryFigures(
        _ order: FollowedOrder, _ word: String, _ words: String
    ) -> LedgerException {
        LedgerException(
            .contradictoryFigures,
            "the provider says \"\(word)\" of its order \(order.providerOrder), and \(words); no "
                + "money moves until its figures agree; ask it, and decide \"refund\" by a desk file if "
                + "nothing was delivered")
    }

    static func completedInPart(_ order: FollowedOrder, _ words: String) -> LedgerException {
        LedgerException(
            .completedInPart,
            "order \(order.id) (its \(order.providerOrder)) is completed, and \(words); it was settled "
                + "as completed; ask the provider, and refund what was not delivered by a desk file "
                + "(refunds)")
    }

    static func canceledInPart(_ order: FollowedOrder, remains: String) -> LedgerException {
        LedgerException(
            .canceledInPart,
            "order \(order.id) (its \(order.providerOrder)) is cancelled, and \(remains) of "
                + "\(order.billedUnits) remain; all its money was given back; ask the provider whether "
                + "something was delivered")
    }

    static func keptCharge(
        _ order: FollowedOrder, _ charge: Amount, _ currency: Currency
    ) -> LedgerException {
        LedgerException(
            .canceledWithCharge,
            "order \(order.id) (its \(order.providerOrder)) is cancelled, and the provider says a charge "
                + "of \(charge) \(currency); the reseller has all money back, and no cost was booked; "
                + "look whether the provider paid it back, and ask it if not")
    }

    static func unreadableCharge(
        _ order: FollowedOrder, _ words: String, booked: String
    ) -> LedgerException {
        LedgerException(
            .chargeUnreadable,
            "the charge of order \(order.id) (its \(order.providerOrder)) is \"\(words)\", which is no "
                + "amount; \(booked); ask the provider to write amounts as 0.90")
    }

    static func chargeCurrency(
        _ order: FollowedOrder, _ said: Currency, _ configured: Currency
    ) -> LedgerException {
        LedgerException(
            .chargeCurrency,
            "the provider charged order \(order.id) in \(said), it is configured in \(configured); the "
                + "expected cost was booked; ask it, or configure the currency it counts in under a new "
                + "name")
    }

    static func chargeDiffers(
        _ order: FollowedOrder, _ charge: String, cost: Amount, expected: Amount
    ) -> LedgerException {
        LedgerException(
            .chargeDiffers,
            "the provider charged \(charge) for order \(order.id) (its \(order.providerOrder)), "
                + "\(cost) in the house currency; \(expected) was expected; what it says was booked; ask "
                + "it, or look at the service's rate")
    }
}
