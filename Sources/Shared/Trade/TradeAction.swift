/// What a call to the API v2 asks for, by its name on the wire (provider-api.md §2).
package enum TradeAction: String, CaseIterable, Sendable {
    case services, balance, add, status, refill, cancel
    case refillStatus = "refill_status"
    /// The latest orders, where this is known.
    case orders

    /// Whether it changes nothing.
    package var isQuestion: Bool {
        switch self {
        case .services, .balance, .status, .refillStatus, .orders: true
        case .add, .refill, .cancel: false
        }
    }
}
