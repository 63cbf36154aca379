import BatchFiles
import Ledger
import StrictJSON
import Trade

// The order of an `add`.
extension CallDesk {
    /// Places an order.
    ///
    /// 1. An order that the reseller gave the same `ref` before is answered from the ledger, before
    ///    anything is checked: whatever happened to the service since, it was ordered once.
    /// 2. The parameters are checked, so that a call with a slip costs no commit.
    /// 3. `ingest` takes the line, and its word counts.
    func add(_ form: CallForm, ref: String?) async throws -> CallAnswer {
        let service = form["service"].flatMap(CallIDs.number).map { ServiceID($0) }
        if let ref, let order = try show({ try $0.order(ref: ref) }) {
            guard order.isAsked(for: service, in: form, rules) else { throw TradeError.refReused }
            return Self.placed(order.id)
        }
        guard let service = try service.flatMap({ id in try show { try $0.service(id) } }) else {
            throw TradeError.incorrectService
        }
        guard let type = service.type, service.isEnabled, service.isServed else {
            throw TradeError.serviceInactive
        }
        let order = try CallOrder(
            form, for: service.id, type, drips: service.drips, within: service.limits)
        let fates = try await take([order.line(ref: ref)])
        switch fates.first {
        case .done(let id?): return Self.placed(id)
        case .refused(let code):
            throw TradeError(
                code, within: service.limits,
                isSold: try show { try $0.isSold(service, minProfit: rules.minProfit) })
        case .withdrawn: throw TradeError.throttled()
        case .done(nil), .unanswered, nil: return .unanswered
        }
    }

    private static func placed(_ order: OrderID) -> CallAnswer {
        CallAnswer { json in
            json.beginObject()
            json.member("order", order.rawValue)
            json.endObject()
        }
    }
}

extension Service {
    /// The least and the most units of one order. What can be counted is less than a provider may
    /// say (`UnitLimits`).
    fileprivate var limits: ClosedRange<Int64> {
        let least = max(1, minimum)
        return least...max(least, min(maximum, Int64(Int32.max)))
    }
}

extension OwnOrder {
    /// Whether a call asks for this very order once more.
    fileprivate func isAsked(
        for service: ServiceID?, in form: CallForm, _ rules: CallRules
    ) -> Bool {
        guard let service, service == self.service, let type else { return false }
        // It was within the limits when it was sold, whatever they are now.
        let asked = try? CallOrder(
            form, for: service, type, drips: true, within: 1...Int64(Int32.max))
        let askedAtOnce = try? CallOrder(
            form, for: service, type, drips: false, within: 1...Int64(Int32.max))
        return [asked, askedAtOnce].contains { $0?.isSame(as: self, rules.links) == true }
    }
}
