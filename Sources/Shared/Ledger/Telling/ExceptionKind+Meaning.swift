// What each kind of exception means, as `docs/operators.md` says it.
extension ExceptionKind {
    /// What an exception of this kind means, for an operator.
    package var meaning: String {
        switch self {
        case .noStatus:
            "A provider says nothing about an order."
        case .orderNotFound:
            "A provider does not know its own order."
        case .statusError:
            "A provider answers a question about a status with an error."
        case .statusUnreadable:
            "What a provider says about an order cannot be read. No money moves."
        case .unknownStatus:
            "A provider uses a status word that we do not know. No money moves."
        case .unknownRemains:
            """
            An order ended in part, and the provider does not say how much remains. Nothing was \
            refunded.
            """
        case .unreadableRemains:
            """
            An order ended in part, and what remains may be more than one number (1.000). \
            Nothing was refunded.
            """
        case .contradictoryFigures:
            """
            The figures of a drip-feed order or a subscription that ended early disagree or \
            cannot be read (runs: "2/3"). No money moves.
            """
        case .completedInPart:
            "A completed order says that some of it remains. It was settled as completed."
        case .canceledInPart:
            "A canceled order says that only a part remains. All its money was given back."
        case .canceledWithCharge:
            "A canceled order has a charge. All its money was given back, and no cost was booked."
        case .endedOrderChanged:
            "The provider now says something else about an ended order. No money moved."
        case .chargeCurrency:
            "A provider charged in another currency than configured. The expected cost was booked."
        case .chargeDiffers:
            "A provider charged much more or less than expected. What it says was booked."
        case .chargeSize:
            "A charge is too large to be counted. The expected cost was booked."
        case .chargeUnreadable:
            "A charge is not an amount, such as $9.00 or 0,90. The expected cost was booked."
        case .balanceDrift:
            "A provider's balance differs from our transactions by more than max_drift."
        case .providerCurrency:
            "A provider names another currency than is configured. Nothing of it is sold."
        case .belowCost:
            "An order would cost more than it brings. It is held."
        case .serviceRefused:
            "A provider does not know a service. It is off sale."
        case .idClaimedTwice:
            "A provider gave an order an id that another order has. The order is in doubt."
        case .decisionContradicted:
            "The provider contradicts a decision. No money moved."
        case .decisionUnverified:
            "For a day, a provider has not said whether a decision is right."
        case .cancelUnanswered:
            """
            A provider was asked to cancel an order and does not say whether it will. The order \
            is followed all the same.
            """
        case .refillUnanswered:
            "Nobody knows whether a refill was accepted. It is not asked for twice."
        case .refillWithoutStatus:
            "For a day, a provider has not said how a refill stands. It is asked again."
        case .catalogueEmpty:
            "A provider sent an empty list of services. Its services stay as they are."
        case .catalogueMissing:
            "For a long time, no list of a provider could be believed."
        case .catalogueRows:
            "Rows of a list of services cannot be read and are left out. The others are taken over."
        case .catalogueShrunk:
            "A list lost more than max_shrink_percent. All services stay."
        case .priceJump:
            "A rate changed by more than max_price_change_percent. The service keeps its price."
        case .backupUnusable:
            "catalogue.yaml names a backup to which no order can go; the reason is there."
        case .inTheWay:
            """
            Something in a reseller's directories, or in ours for them, keeps a file or a \
            receipt from being moved. Other users' files are taken.
            """
        case .leftInInbox:
            "Something has lain for an hour under a name or in a place that nothing is taken from."
        case .neverStill:
            "A file has been written to again and again for an hour."
        case .unreadableFile:
            "A reseller's file may not be read by the service user. It waits."
        case .paymentClaimedTwice:
            """
            Two resellers claim one payment, or it was confirmed for another than its claimant. \
            A claim that loses is rejected; no money moved for it.
            """
        case .lookAlikeBatches:
            """
            An older version of this program took two batches that differ only in blanks, \
            invisible characters or the way a letter is encoded. Both stay.
            """
        case .lookAlikeRefs:
            """
            An older version of this program took two refs that differ only in blanks, invisible \
            characters or the way a letter is encoded. Both stay.
            """
        case .lookAlikeDeposits:
            """
            An older version of this program credited two deposits that differ in their spelling \
            only. Both stay.
            """
        case .lookAlikeTopups:
            """
            An older version of this program booked two top-ups that differ in their spelling \
            only. Both stay.
            """
        case .clockWentBack:
            """
            The clock is behind the last run that wrote to the ledger: it is wrong, or was wrong \
            then. What was written meanwhile keeps its times.
            """
        case .dueOutOfReach:
            """
            Orders, requests or providers were due further ahead than any run sets. They count \
            as due at once.
            """
        case .lostFileGone:
            "After a restore, a file could not be taken again. What it asked for was done."
        case .lostLineRejected:
            "After a restore, a file or line is rejected that may have been accepted before."
        case .providerOff:
            """
            A provider that is switched off or not configured has open orders. Nobody asks about \
            them.
            """
        case .providerSilent:
            "A provider with orders of ours has answered nothing for an hour."
        case .ordersWaiting:
            "Orders have waited for an hour to be sent to a provider. The line says why."
        case .ordersUnanswered:
            "A run died while it sent orders, and dispatch has not run for an hour."
        case .ordersInDoubt:
            "Orders have been in doubt for an hour."
        case .ordersUnasked:
            "Orders have been due for an hour without being asked about."
        case .requestsWaiting:
            "Refills or cancels have waited for an hour to be passed on."
        case .requestsOpen:
            """
            A provider has refills or cancels that were asked for at least three days ago, and \
            has not said that they are done.
            """
        case .statusFilesUnwritten:
            "A reseller's status files could not be written for an hour. Each run tries again."
        }
    }
}
