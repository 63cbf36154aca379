import Trade

/// A request to a provider (provider-api.md §2).
package enum Action: Sendable {
    case services
    case balance
    /// Place an order. `parameters` belong to the service's type and have the API's names.
    case add(service: String, parameters: [(name: String, value: String)])
    /// The states of orders, by the provider's ids.
    case status([String], as: StatusForm = .standard)
    case refill([String])
    /// The states of refills, by the provider's ids of the refills.
    case refillStatus([String])
    /// `isRepeated`: an answer left it out, so it is asked for in the other form.
    case cancel([String], isRepeated: Bool = false)
    /// The latest orders, if the provider offers this.
    case orders(limit: Int)

    /// The most ids that one call may carry. Beyond that, providers refuse or silently cut the
    /// list.
    package static let idsPerCall = 100

    /// Which of the trade's actions it is.
    package var action: TradeAction {
        switch self {
        case .services: .services
        case .balance: .balance
        case .add: .add
        case .status: .status
        case .refill: .refill
        case .refillStatus: .refillStatus
        case .cancel: .cancel
        case .orders: .orders
        }
    }

    /// Whether it changes nothing, so that it may be sent again. A cancel is sent once as well,
    /// because the answer to a second one may differ.
    var isQuestion: Bool { action.isQuestion }

    /// The fields of the request besides `key` and `action`.
    var fields: [(name: String, value: String)] {
        switch self {
        case .services, .balance: []
        case .add(let service, let parameters): [("service", service)] + parameters
        case .status(let ids, .standard), .refill(let ids):
            Self.ids(ids, one: "order", several: "orders")
        case .status(let ids, .orders): Self.ids(ids, one: "orders", several: "orders")
        case .status(let ids, .comma), .status(let ids, .single):
            Self.ids(ids, one: "order", several: "order")
        case .refillStatus(let ids): Self.ids(ids, one: "refill", several: "refills")
        // The trade has no form for a single order.
        case .cancel(let ids, let isRepeated):
            Self.ids(ids, one: isRepeated ? "order" : "orders", several: "orders")
        case .orders(let limit): [("limit", String(limit))]
        }
    }

    private static func ids(
        _ ids: [String], one: String, several: String
    ) -> [(name: String, value: String)] {
        precondition(1...idsPerCall ~= ids.count, "the caller asks in portions")
        return [(ids.count == 1 ? one : several, ids.joined(separator: ","))]
    }

    /// The longest reply that is read, in bytes. A catalogue of thousands of services has a few
    /// million; no other reply comes near.
    var replyLimit: Int {
        switch self {
        case .services: 64 << 20
        default: 8 << 20
        }
    }
}

/// How a provider is asked about orders (provider-api.md §8).
package enum StatusForm: String, Sendable {
    /// One as `order`, several as `orders`.
    case standard
    /// `orders`, also for one.
    case orders
    /// `order`, also for several.
    case comma
    /// `order`, and never several.
    case single
}
