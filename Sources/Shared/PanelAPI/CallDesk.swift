import Identity
import Ledger
import Money

/// What a call needs to be answered, for one user.
package struct CallDesk: Sendable {
    /// The house currency.
    package let currency: Currency
    package let rules: CallRules
    /// Shows what is the user's, as of one moment.
    private let look: @Sendable (_ body: (ResellerView) throws -> Void) throws -> Void
    /// Has `ingest` take lines of the user, and waits for what becomes of each, in their order.
    let take: @Sendable ([CallLine]) async throws -> [LineFate]

    package init(
        currency: Currency, rules: CallRules,
        look: @escaping @Sendable (_ body: (ResellerView) throws -> Void) throws -> Void,
        take: @escaping @Sendable ([CallLine]) async throws -> [LineFate]
    ) {
        self.currency = currency
        self.rules = rules
        self.look = look
        self.take = take
    }

    /// What `body` makes of what is the user's.
    func show<T>(_ body: (ResellerView) throws -> T) throws -> T {
        var result: T?
        try look { result = try body($0) }
        guard let result else { preconditionFailure("a desk shows what it is asked for") }
        return result
    }
}

/// What the configuration says about calls.
package struct CallRules: Sendable {
    /// Which links lead to the same page.
    package let links: LinkRule
    /// The least profit at which anything is sold.
    package let minProfit: Percent

    package init(links: LinkRule, minProfit: Percent) {
        self.links = links
        self.minProfit = minProfit
    }
}
