import Ledger
import Providers
import StrictJSON
import Trade

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
        if order.drips { return deliveredByRuns(report, of: order) }
        if let remains = report.remains {
            guard (0...order.billedUnits).contains(remains) else { return nil }
            return order.billedUnits - remains
        }
        return nil
    }

    /// Whether nothing of a report says how far a subscription came.
    func isUncounted(_ report: StatusReport, of order: FollowedOrder) -> Bool {
        report.unreadableProgress == nil && delivered(report, of: order) == nil
    }

    /// How far an order came, where its provider says so and nobody can read it.
    func unreadableProgress(_ report: StatusReport, of order: FollowedOrder) -> String? {
        guard order.drips || order.isSubscription else { return nil }
        return report.unreadableProgress.map { "\($0), which nobody can read for certain" }
    }

    /// The same of a drip-feed order, whose figures do not contradict each other: by what remains,
    /// or else by its runs. One that was cancelled, and of which nothing is told, delivered
    /// nothing.
    private func deliveredByRuns(_ report: StatusReport, of order: FollowedOrder) -> Int64? {
        // What is there and cannot be read may contradict the runs.
        guard report.unreadableRemains == nil else { return nil }
        let made = runs(report)
        if let remains = report.remains, remains > 0 || made == nil {
            guard (0...order.billedUnits).contains(remains) else { return nil }
            return order.billedUnits - remains
        }
        guard let made, let ordered = order.runs else {
            return report.status == .canceled ? 0 : nil
        }
        return min(made, ordered) * (order.billedUnits / ordered)
    }

    /// The posts that a subscription served. Its list of orders is the better witness, since some
    /// providers' `posts` is what was ordered; one that was cancelled before its first order served none.
    private func served(_ report: StatusReport) -> Int64? {
        guard let made = report.ordersMade, made > 0 || report.status == .canceled else {
            return report.posts
        }
        return made
    }

    /// The runs that a drip-feed order made, by its list of orders where there is one, since some
    /// providers' `runs` is what was ordered. An empty list of one that was not cancelled, beside
    /// `runs` that says otherwise, says nothing.
    private func runs(_ report: StatusReport) -> Int64? {
        guard let made = report.ordersMade else { return report.runs }
        return made > 0 || report.runs ?? 0 == 0 || report.status == .canceled ? made : nil
    }

    /// What of a completed order's figures says that not all was delivered; nil where nothing does.
    func undelivered(_ report: StatusReport, of order: FollowedOrder) -> String? {
        if order.isSubscription { return nil }
        if let words = report.unreadableRemains { return "\"\(words)\" remain" }
        if let remains = report.remains, remains > 0 { return "\(remains) remain" }
        guard report.runs != nil || report.ordersMade != nil,
            let made = runs(report), let ordered = order.runs, 0 < made, made < ordered
        else { return nil }
        return "\(made) of \(ordered) runs were made"
    }

    /// What of the figures of a drip-feed order that ended early does not fit together, or not with
    /// its end; nil where all does. `remains` may count a run that was under way.
    func contradiction(in report: StatusReport, of order: FollowedOrder) -> String? {
        guard let ordered = order.runs, report.status != .completed else { return nil }
        let isCanceled = report.status == .canceled
        let made = runs(report)
        if isCanceled, let made, made >= ordered {
            return "all of its \(ordered) runs were made"
        }
        guard let remains = report.remains else { return nil }
        // Some count down only while they deliver: no order has anything remaining before or after
        // that.
        if remains == 0 {
            return isCanceled && made == nil ? "nothing remains" : nil
        }
        guard remains <= order.billedUnits else {
            return "\(remains) of \(order.billedUnits) remain"
        }
        guard let made else { return nil }
        let run = order.billedUnits / ordered
        let byRuns = min(made, ordered) * run
        let byRemains = order.billedUnits - remains
        return byRemains > byRuns - run && byRemains < byRuns + run
            ? nil
            : "\(made) of \(ordered) runs were made, but \(remains) of \(order.billedUnits) remain"
    }
}

extension FollowedOrder {
    fileprivate var billing: Billing { OrderType.named(typeName)?.billing ?? .quantity }
    var isPackage: Bool { billing == .package }
    var isSubscription: Bool { billing == .maximumTimesPosts }

    /// How many runs were ordered; nil for one that is delivered at once.
    fileprivate var runs: Int64? {
        parameters == nil ? nil : parameter(.runs).flatMap { $0 > 0 ? $0 : nil }
    }
    var drips: Bool { runs != nil }

    /// A whole number among what its type takes besides link and quantity.
    fileprivate func parameter(_ parameter: Parameter) -> Int64? {
        guard let parameters, let json = try? JSONValue(parsing: Array(parameters.utf8)),
            case .number(let number)? = json[parameter.rawValue]
        else { return nil }
        return number.integer
    }
}
