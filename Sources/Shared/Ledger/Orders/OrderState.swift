import Tables

/// Where an order stands (docs/design.md §6).
package enum OrderState: String, CaseIterable, Sendable, Column {
    /// Paid for by the reseller, not with a provider.
    case accepted
    /// On its way: the intent is committed, the answer is not.
    case sending
    /// A provider may have it. Only proof or a person moves it.
    case inDoubt = "in_doubt"
    /// With a provider, which gave it an id.
    case placed
    case completed, partial, canceled, refused

    /// The states an order can move to from here. The ledger's trigger `orders_move_forward`
    /// enforces them; tests use this list.
    package var successors: Set<OrderState> {
        switch self {
        case .accepted: [.sending, .canceled]
        case .sending: [.placed, .refused, .inDoubt, .accepted]
        case .inDoubt: [.placed, .accepted, .refused]
        case .placed: [.completed, .partial, .canceled]
        case .completed, .partial, .canceled, .refused: []
        }
    }

    /// Whether the order's hold is settled and nothing moves any more.
    package var isEnded: Bool {
        switch self {
        case .accepted, .sending, .inDoubt, .placed: false
        case .completed, .partial, .canceled, .refused: true
        }
    }
}
