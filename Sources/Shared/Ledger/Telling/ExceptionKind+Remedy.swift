// What to do about each kind of exception, as `docs/operators.md` says it.
extension ExceptionKind {
    /// What an operator does about an exception of this kind.
    package var remedy: String {
        switch self {
        case .noStatus, .statusError, .unknownRemains:
            "Ask the provider."
        case .orderNotFound:
            "Ask the provider; decide refund if it did not deliver."
        case .statusUnreadable:
            "Show the provider its reply."
        case .unknownStatus:
            "Ask the provider what it means."
        case .unreadableRemains:
            "Ask the provider; correct by a desk file if it never says a plain number."
        case .contradictoryFigures:
            "Ask the provider; decide refund if it delivered nothing."
        case .completedInPart:
            "Ask the provider; refund by a desk file."
        case .canceledInPart:
            "Ask the provider whether it delivered something."
        case .canceledWithCharge:
            "See whether the provider paid it back; ask it if not."
        case .endedOrderChanged:
            "Ask the provider; if it is right, correct by a desk file."
        case .chargeCurrency:
            "Ask the provider, or configure its currency under a new name."
        case .chargeDiffers:
            "Look at the service's rate, or ask the provider."
        case .chargeSize:
            "Ask the provider."
        case .chargeUnreadable:
            "Ask the provider to write amounts as 0.90."
        case .balanceDrift:
            """
            Look for a top-up that is not booked, a charge that differs, or an order that is not \
            ours.
            """
        case .providerCurrency:
            "Find out which currency is right, and configure that one."
        case .belowCost:
            "Nothing: it goes out when the price allows. Or refund it."
        case .serviceRefused:
            "Release it, or leave it."
        case .idClaimedTwice:
            "Ask which order the id belongs to, and decide."
        case .decisionContradicted:
            "Look again, and decide again."
        case .decisionUnverified:
            "Ask it. If it never answers, set enabled: false and decide again."
        case .cancelUnanswered, .refillUnanswered, .refillWithoutStatus:
            "Ask the provider."
        case .catalogueEmpty:
            "Ask the provider if it lasts."
        case .catalogueMissing:
            "Its prices may have changed: ask the provider."
        case .catalogueRows:
            "Show the provider these rows."
        case .catalogueShrunk:
            "If it is right, raise max_shrink_percent for one fetch."
        case .priceJump:
            "Release it."
        case .backupUnusable:
            "Name another, or take it out."
        case .inTheWay:
            "Do what it says: give the directory to the service user, or remove what has the name."
        case .leftInInbox:
            "Tell the reseller; move or remove it."
        case .neverStill:
            "Ask the reseller what writes to it."
        case .unreadableFile:
            "Make it readable."
        case .paymentClaimedTwice:
            """
            Look at the bank's statement whose payment it is. Confirm it for that user, or move \
            the money by two adjustments.
            """
        case .lookAlikeBatches, .lookAlikeRefs:
            "See whether the second repeats the first; cancel or refund it then."
        case .lookAlikeDeposits:
            "If they are one payment, take the second back by an adjustment."
        case .lookAlikeTopups:
            "If they are one payment, the provider's expected balance is too high by it."
        case .clockWentBack:
            """
            Keep the clock right (timedatectl). Reports show those orders on the days of the \
            wrong clock.
            """
        case .dueOutOfReach:
            "Keep the clock right (timedatectl)."
        case .lostFileGone:
            "Look at the archive, and correct by a desk file."
        case .lostLineRejected:
            "Compare with the old receipt in quarantine, and correct by a desk file."
        case .providerOff:
            "Switch it on until they have ended, or decide refund."
        case .providerSilent:
            "Look at its page, its key and its balance. If it is gone for good, decide refund."
        case .ordersWaiting:
            "Mend that; a backup or a cancel helps what cannot wait."
        case .ordersUnanswered:
            "Let dispatch run: it holds them in doubt."
        case .ordersInDoubt:
            "Resolve them."
        case .ordersUnasked:
            "Look at the last run of poll and at requests_per_second."
        case .requestsWaiting:
            "Look whether the provider is paused and whether dispatch runs."
        case .requestsOpen:
            "Ask it."
        case .statusFilesUnwritten:
            "Look at what is in the way in the outbox."
        }
    }
}
