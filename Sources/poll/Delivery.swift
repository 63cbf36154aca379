import Ledger
import Providers
import StrictJSON
import Trade

/// How much of an order its provider delivered, by the figures of a report and the kind of order
/// (provider-api.md §4).
struct Delivery {
    private let order: FollowedOrder
    private let report: StatusReport

    init(_ order: FollowedOrder, _ report: StatusReport) {
        self.order = order
        self.report = report
    }

    /// The billed units that were delivered; nil if the provider does not say, or says something
    /// that cannot be believed.
    var units: Int64? {
        if order.isSubscription {
            guard let served = postsServed, let posts = order.parameter(.posts), posts > 0 else {
                return nil
            }
            return min(served, posts) * (order.billedUnits / posts)
        }
        // Nobody says which part of a package one unit is.
        if order.isPackage { return report.remains == 0 ? order.billedUnits : nil }
        if order.drips { return unitsOfRuns }
        guard let remains = report.remains else { return nil }
        return units(leaving: remains)
    }

    /// Whether the report does not say at all how far a subscription came.
    var isUncounted: Bool { report.unreadableProgress == nil && units == nil }

    /// The provider's words about how far an order came, if they cannot be read for certain.
    var unreadableProgress: String? {
        guard order.drips || order.isSubscription else { return nil }
        return report.unreadableProgress.map { "\($0), which cannot be read for certain" }
    }

    private func units(leaving remains: Int64) -> Int64? {
        (0...order.billedUnits).contains(remains) ? order.billedUnits - remains : nil
    }

    /// The units of a drip-feed order whose figures do not contradict each other: by what remains,
    /// or else by its runs. If it was canceled and no figure is given, it delivered nothing.
    private var unitsOfRuns: Int64? {
        // A figure that is present but unreadable may contradict the runs.
        guard report.unreadableRemains == nil else { return nil }
        let made = runsMade
        if let remains = report.remains, remains > 0 || made == nil {
            return units(leaving: remains)
        }
        guard let made, let ordered = order.runs else {
            return report.status == .canceled ? 0 : nil
        }
        return min(made, ordered) * (order.billedUnits / ordered)
    }

    /// The posts that a subscription served. Its list of orders is the better witness, because the
    /// `posts` of some providers is the number that was ordered. One that was canceled before its
    /// first order served none.
    private var postsServed: Int64? {
        guard let made = report.ordersMade, made > 0 || report.status == .canceled else {
            return report.posts
        }
        return made
    }

    /// The runs that a drip-feed order made: by its list of orders if there is one, because the
    /// `runs` of some providers is the number that was ordered. If the order was not canceled, an
    /// empty list says nothing beside `runs` that contradict it.
    private var runsMade: Int64? {
        guard let made = report.ordersMade else { return report.runs }
        return made > 0 || report.runs ?? 0 == 0 || report.status == .canceled ? made : nil
    }

    /// The figure of a completed order that shows an incomplete delivery; nil if none does.
    var shortfall: String? {
        if order.isSubscription { return nil }
        if let words = report.unreadableRemains { return "\"\(words)\" remain" }
        if let remains = report.remains, remains > 0 { return "\(remains) remain" }
        guard report.runs != nil || report.ordersMade != nil,
            let made = runsMade, let ordered = order.runs, 0 < made, made < ordered
        else { return nil }
        return "\(made) of \(ordered) runs were made"
    }

    /// The figures of a drip-feed order that ended early and that do not fit together, or do not
    /// fit its end; nil if all do. `remains` may count a run that was under way.
    var contradiction: String? {
        guard let ordered = order.runs, report.status != .completed else { return nil }
        let isCanceled = report.status == .canceled
        let made = runsMade
        if isCanceled, let made, made >= ordered {
            return "all of its \(ordered) runs were made"
        }
        guard let remains = report.remains else { return nil }
        // Some count down only while they deliver: before and after that, nothing remains of any
        // order.
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
    private var billing: Billing { OrderType.named(typeName)?.billing ?? .quantity }
    var isPackage: Bool { billing == .package }
    var isSubscription: Bool { billing == .maximumTimesPosts }

    /// How many runs were ordered; nil for an order that is delivered at once.
    fileprivate var runs: Int64? {
        parameters == nil ? nil : parameter(.runs).flatMap { $0 > 0 ? $0 : nil }
    }
    var drips: Bool { runs != nil }

    /// A whole number among the parameters of its type.
    fileprivate func parameter(_ parameter: Parameter) -> Int64? {
        guard let parameters, let json = try? JSONValue(parsing: Array(parameters.utf8)),
            case .number(let number)? = json[parameter.rawValue]
        else { return nil }
        return number.integer
    }
}
