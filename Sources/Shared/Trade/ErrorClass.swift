/// A provider's complaint, by what must be done about it (provider-api.md §6).
package enum ErrorClass: String, CaseIterable, Sendable {
    /// Our key is not taken: pause the provider, keep the order, alert.
    case auth
    /// Our balance there is used up: the same. Never the reseller's own balance.
    case funds
    /// Not this service: the next provider, or refuse.
    case service
    /// An order for this link is active: later.
    case duplicate
    /// Not this order: refuse.
    case input
    /// Too fast: back off.
    case throttle
    /// No such order or refill, perhaps not yet.
    case notFound = "not_found"
}
