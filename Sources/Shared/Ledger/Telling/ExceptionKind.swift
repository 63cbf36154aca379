import Tables

/// The kinds of exceptions: what contradicts our books, or needs a person.
///
/// The raw values are the words of `exceptions.csv`. They are stored in the ledger and read by
/// other programs, so they never change.
package enum ExceptionKind: String, CaseIterable, Column, Sendable {
    // MARK: Following an order

    case noStatus = "no_status"
    case orderNotFound = "order_not_found"
    case statusError = "status_error"
    case statusUnreadable = "status_unreadable"
    case unknownStatus = "unknown_status"
    case unknownRemains = "unknown_remains"
    case unreadableRemains = "unreadable_remains"
    case contradictoryFigures = "contradictory_figures"
    case completedInPart = "completed_in_part"
    case canceledInPart = "canceled_in_part"
    case canceledWithCharge = "canceled_with_charge"
    case endedOrderChanged = "ended_order_changed"

    // MARK: What a provider charges, and its balance

    case chargeCurrency = "charge_currency"
    case chargeDiffers = "charge_differs"
    case chargeSize = "charge_size"
    case chargeUnreadable = "charge_unreadable"
    case balanceDrift = "balance_drift"
    case providerCurrency = "provider_currency"

    // MARK: Sending, and orders in doubt

    case belowCost = "below_cost"
    case serviceRefused = "service_refused"
    case idClaimedTwice = "id_claimed_twice"
    case decisionContradicted = "decision_contradicted"
    case decisionUnverified = "decision_unverified"

    // MARK: Refills and cancels

    case cancelUnanswered = "cancel_unanswered"
    case refillUnanswered = "refill_unanswered"
    case refillWithoutStatus = "refill_without_status"

    // MARK: Lists of services

    case catalogueEmpty = "catalogue_empty"
    case catalogueMissing = "catalogue_missing"
    case catalogueRows = "catalogue_rows"
    case catalogueShrunk = "catalogue_shrunk"
    case priceJump = "price_jump"
    case backupUnusable = "backup_unusable"

    // MARK: Files and payments

    case inTheWay = "in_the_way"
    case leftInInbox = "left_in_inbox"
    case neverStill = "never_still"
    case unreadableFile = "unreadable_file"
    case paymentClaimedTwice = "payment_claimed_twice"
    case lookAlikeBatches = "look_alike_batches"
    case lookAlikeRefs = "look_alike_refs"
    case lookAlikeDeposits = "look_alike_deposits"
    case lookAlikeTopups = "look_alike_topups"

    // MARK: The clock, and the gap after a restore

    case clockWentBack = "clock_went_back"
    case dueOutOfReach = "due_out_of_reach"
    case lostFileGone = "lost_file_gone"
    case lostLineRejected = "lost_line_rejected"

    // MARK: Alarms: standstills that last until a person acts

    case providerOff = "provider_off"
    case providerSilent = "provider_silent"
    case ordersWaiting = "orders_waiting"
    case ordersUnanswered = "orders_unanswered"
    case ordersInDoubt = "orders_in_doubt"
    case ordersUnasked = "orders_unasked"
    case requestsWaiting = "requests_waiting"
    case requestsOpen = "requests_open"
    case statusFilesUnwritten = "status_files_unwritten"
}
