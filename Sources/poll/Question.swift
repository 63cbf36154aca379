import Ledger
import Providers
import Trade

/// A question to a provider.
enum Question {
    case catalogue, balance
    case statuses([FollowedOrder], as: StatusForm)
    case refills([DueRequest])
    /// Its recent orders, some of which may be these.
    case recentOrders(limit: Int, about: [Doubt])
    /// Whether it has an order under the id that the desk's decision names.
    case decision(String, of: Doubt, as: StatusForm)

    var action: Action {
        switch self {
        case .catalogue: .services
        case .balance: .balance
        case .statuses(let orders, let form): .status(orders.map(\.providerOrder), as: form)
        case .refills(let refills): .refillStatus(refills.compactMap(\.providerRequest))
        case .recentOrders(let limit, _): .orders(limit: limit)
        case .decision(let id, _, let form): .status([id], as: form)
        }
    }

    var orders: [FollowedOrder] {
        if case .statuses(let orders, _) = self { orders } else { [] }
    }
}

extension ReplyFailure {
    /// Whether the provider refused because of the question, and not because of us or itself.
    var isAboutTheQuestion: Bool {
        guard case .refused(let errorClass) = reason else { return false }
        return switch errorClass {
        case .auth, .funds, .throttle: false
        case .service, .duplicate, .input, .notFound, nil: true
        }
    }

    /// Whether the same question in another form, or about fewer orders, may still be answered.
    var maySpareOthers: Bool {
        switch reason {
        case .refused: isAboutTheQuestion
        case .httpStatus, .html, .empty, .compressed, .unreadable: true
        case .notSent, .lost: false
        }
    }
}
