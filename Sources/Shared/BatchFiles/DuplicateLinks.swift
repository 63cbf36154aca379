/// What to do with an order for a link that an open order has already. The strictest is the
/// greatest.
package enum DuplicateLinks: String, CaseIterable, Comparable, Sendable {
    /// Send it when the other has ended.
    case wait
    /// Reject it with `DUPLICATE_LINK`.
    case reject
    /// Send it.
    case allow

    package static func < (lax: Self, strict: Self) -> Bool {
        lax.strictness < strict.strictness
    }

    private var strictness: Int {
        switch self {
        case .allow: 0
        case .wait: 1
        case .reject: 2
        }
    }
}
