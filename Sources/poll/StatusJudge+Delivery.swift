import Ledger
import OrderTypes
import Providers
import StrictJSON

// How much of an order its provider delivered, by kind of order (provider-api.md §4).
extension StatusJudge {
    /// The billed units that were delivered; nil where the provider does not say so that it can be
    /// believed.
    func delivered(_ report: StatusReport, of order: FollowedOrder) -> Int64? {
        if order.isSubscription {
            guard let served = served(report), let posts = order.parameter(.posts), posts > 0 else {
                return nil
            }
            return min(served, posts) * (order.billedUnits / posts)
        }
        // Nobody says what part of a package a unit is.
        if order.isPackage { return report.remains == 0 ? order.billedUnits : nil }
        if let remains = report.remains {
            guard (0...order.billedUnits).contains(remains) else { return nil }
            return order.billedUnits - remains
        }
        // What is there and cannot be read may contradict the runs.
        guard report.unreadableRemains == nil else { return nil }
        if let runs = runs(report), let ordered = order.parameter(.runs), ordered > 0 {
            return min(runs, ordered) * (order.billedUnits / ordered)
        }
        return nil
    }

    /// The posts that a subscription served. Its list of orders is the better witness, since some
    /// providers' `posts` is what was ordered; one that was cancelled before its first order served none.
    private func served(_ report: StatusReport) -> Int64? {
        guard let made = report.ordersMade, made > 0 || report.status == .canceled else {
            return report.posts
        }
        return made
    }

    /// The runs that a drip-feed order made, by its list of orders where there is one; nil where that is
    /// empty and `runs` says otherwise.
    private func runs(_ report: StatusReport) -> Int64? {
        guard let made = report.ordersMade else { return report.runs }
        return made > 0 || report.runs ?? 0 == 0 ? made : nil
    }

    /// Whether a drip-feed order has made orders: they are not given back when the rest is cancelled.
    func hasBegun(_ report: StatusReport, _ order: FollowedOrder) -> Bool {
        order.parameter(.runs) != nil && report.ordersMade ?? 0 > 0
    }
}

extension FollowedOrder {
    fileprivate var billing: Billing { OrderType.named(typeName)?.billing ?? .quantity }
    var isPackage: Bool { billing == .package }
    var isSubscription: Bool { billing == .maximumTimesPosts }

    /// A whole number among what its type takes besides link and quantity.
    fileprivate func parameter(_ parameter: Parameter) -> Int64? {
        guard let parameters, let json = try? JSONValue(parsing: Array(parameters.utf8)),
            case .number(let number)? = json[parameter.rawValue]
        else { return nil }
        return number.integer
    }
}
