import Money

/// How many units an order is billed for.
package enum Billing: Equatable, Sendable {
    /// `quantity`, times `runs` if the order drips.
    case quantity
    /// One package: the rate is the price of the whole order, not of a thousand units.
    case package
    /// The number of lines in a list.
    case lines(of: Parameter)
    /// `max` × `posts` of a subscription, which is paid for before its posts appear.
    case maximumTimesPosts

    /// What `units` billed units cost at `rate`, which is the price of a thousand units or of one
    /// package. Rounded up once (design.md §5).
    ///
    /// - Throws: `MoneyError` if the price is too large to count.
    package func price(of units: Int64, at rate: Rate) throws(MoneyError) -> Amount {
        switch self {
        case .package: rate.chargeForPackage()
        case .quantity, .lines, .maximumTimesPosts: try rate.charge(units: units)
        }
    }
}
