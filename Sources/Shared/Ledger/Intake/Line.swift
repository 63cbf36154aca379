/// Where a line stands in its file: the array, and its place there from 1.
package struct Line: Sendable {
    package let kind: LineKind
    package let number: Int

    package init(_ kind: LineKind, _ number: Int) {
        self.kind = kind
        self.number = number
    }
}

/// A line of a reseller's batch. Its reference is the reseller's own, or one made from the batch.
package struct ResellerLine: Sendable {
    package let line: Line
    package let ref: String

    package var kind: LineKind { line.kind }
    package var number: Int { line.number }

    package init(_ kind: LineKind, _ number: Int, ref: String) {
        line = Line(kind, number)
        self.ref = ref
    }
}

/// The arrays of batch and desk files (contract.md §4), by their keys.
package enum LineKind: String, CaseIterable, Sendable {
    case orders, refills, cancels, deposits, withdrawals
    case users, bans, unbans, prices, decisions, refunds, adjustments, topups, releases

    /// What a reseller's batch may hold, in the order of its receipt.
    package static let ofResellers: [LineKind] = [
        .orders, .refills, .cancels, .deposits, .withdrawals,
    ]

    /// What a desk file may hold, in the order in which it takes effect: users before what needs
    /// them.
    package static let ofDesk: [LineKind] = [
        .users, .bans, .unbans, .prices, .deposits, .withdrawals, .decisions, .refunds,
        .adjustments, .topups, .releases,
    ]
}
