/// A provider's complaint, by what must be done about it (provider-api.md §6). The names are also
/// the keys of `errors` in `providers.yaml`.
package enum ErrorClass: String, CaseIterable, Sendable {
    /// It does not accept our key: pause the provider, keep the order, alert.
    case auth
    /// Our balance there is used up: the same. Never the reseller's own balance.
    case funds
    /// Not this service: try the next provider, or refuse the order.
    case service
    /// An order for this link is active: try later.
    case duplicate
    /// Not this order: refuse it.
    case input
    /// Too fast: back off.
    case throttle
    /// It has no such order or refill, perhaps not yet.
    case notFound = "not_found"
}
