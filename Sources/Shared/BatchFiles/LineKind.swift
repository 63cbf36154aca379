/// The arrays that a file may hold, by their keys (contract.md §4).
package enum LineKind: String, CaseIterable, Sendable {
    case orders, refills, cancels, deposits, withdrawals
    case users, bans, unbans, prices, decisions, refunds, adjustments, topups, releases
    case signUps = "sign_ups"
    case tasks
}

/// Which of the two kinds of file a file is: the keys that it may have depend on it.
package enum FileForm: Sendable {
    /// A reseller's batch file.
    case batch
    /// A file of the operator or the payment side, from a desk's inbox.
    case desk

    /// The arrays that such a file may hold, in the order in which they take effect and stand in
    /// the receipt. The desk's users come before the lines that need them.
    package var kinds: [LineKind] {
        switch self {
        case .batch: [.orders, .refills, .cancels, .deposits, .withdrawals]
        case .desk:
            [
                .users, .signUps, .bans, .unbans, .prices, .deposits, .withdrawals, .decisions,
                .refunds, .adjustments, .topups, .releases, .tasks,
            ]
        }
    }
}
