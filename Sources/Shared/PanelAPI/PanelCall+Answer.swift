import BatchFiles
import Ledger
import Money
import StrictJSON
import Trade

extension PanelCall {
    /// Does what the call asks for, and answers it.
    ///
    /// - Parameter desk: who asks, and what is there to answer with.
    /// - Returns: the answer, which is an error in the trade's words if the call cannot be done.
    /// - Throws: `StoreError`, and what the desk throws. A call that changes nothing can then be
    ///   answered with `CallAnswer.broken`, any other with `CallAnswer.unanswered`.
    package func answer(at desk: CallDesk) async throws -> CallAnswer {
        do {
            switch self {
            case .services: return try desk.services()
            case .balance: return try desk.balance()
            case .add(let form, let ref): return try await desk.add(form, ref: ref)
            case .status(let ids): return try desk.status(of: ids)
            case .refill(let ids, let ref): return try await desk.refill(ids, ref: ref)
            case .refillStatus(let ids): return try desk.refillStatus(of: ids)
            case .cancel(let ids, let ref): return try await desk.cancel(ids, ref: ref)
            case .orders(let limit): return try desk.recentOrders(limit)
            }
        } catch let error as TradeError {
            return CallAnswer(error)
        }
    }
}

// What is read only.
extension CallDesk {
    fileprivate func services() throws -> CallAnswer {
        try show { view in
            var offers: [Offer] = []
            try view.forEachOffer(minProfit: rules.minProfit) { offers.append($0) }
            return CallAnswer { json in
                json.beginArray()
                for offer in offers { json.write(offer) }
                json.endArray()
            }
        }
    }

    fileprivate func balance() throws -> CallAnswer {
        let balance = try show { try $0.balance() }
        return CallAnswer { json in
            json.beginObject()
            json.member("balance", "\(balance)")
            json.member("currency", currency.code)
            json.endObject()
        }
    }

    fileprivate func status(of ids: CallIDs) throws -> CallAnswer {
        let orders = try show { view in
            try ids.texts.map { try view.order(written: $0) }
        }
        guard ids.isList else {
            guard let order = orders[0] else { throw TradeError.incorrectOrder }
            return CallAnswer { $0.write(order, in: currency) }
        }
        return CallAnswer { json in
            json.beginObject()
            for (id, order) in zip(ids.texts, orders) {
                json.key(id)
                if let order {
                    json.write(order, in: currency)
                } else {
                    json.write(TradeError.incorrectOrder)
                }
            }
            json.endObject()
        }
    }

    fileprivate func refillStatus(of ids: CallIDs) throws -> CallAnswer {
        let refills = try show { view in
            try ids.texts.map { try CallIDs.number($0).flatMap { try view.refill(RequestID($0)) } }
        }
        guard ids.isList else {
            guard let refill = refills[0] else { throw TradeError.refillNotFound }
            return CallAnswer { json in
                json.beginObject()
                json.member("status", refill.tradeWord)
                json.endObject()
            }
        }
        return CallAnswer.list(ids, "refill") { index, json in
            json.key("status")
            if let refill = refills[index] {
                json.string(refill.tradeWord)
            } else {
                json.write(TradeError.refillNotFound)
            }
        }
    }
}

// By this a client finds an order whose answer it lost, and learns that there is none.
extension CallDesk {
    fileprivate func recentOrders(_ limit: Int) throws -> CallAnswer {
        let orders = try show { try $0.latestOrders(limit) }
        return CallAnswer { json in
            json.beginArray()
            for order in orders { json.writeListed(order, in: currency) }
            json.endArray()
        }
    }
}

extension CallAnswer {
    /// A list of objects, one about each id, which stands under `name`.
    static func list(
        _ ids: CallIDs, _ name: String, _ body: (Int, inout JSONWriter) -> Void
    ) -> CallAnswer {
        CallAnswer { json in
            json.beginArray()
            for (index, id) in ids.texts.enumerated() {
                json.beginObject()
                json.key(name)
                json.id(id)
                body(index, &json)
                json.endObject()
            }
            json.endArray()
        }
    }
}

extension ResellerView {
    /// The order whose number a client wrote; nil if the user has none.
    func order(written id: String) throws -> OwnOrder? {
        try CallIDs.number(id).flatMap { try order(OrderID($0)) }
    }
}

extension OwnRefill {
    /// Where it stands, in a word that clients know (provider-api.md §5).
    fileprivate var tradeWord: String {
        switch status {
        case nil, .pending: "Pending"
        // Taken by a provider that will say nothing more about it.
        case .accepted: "In progress"
        case .completed: "Completed"
        case .rejected: "Rejected"
        case .canceled: "Canceled"
        // It may mean anything, and that is what we know.
        case .unknown: "Error"
        }
    }
}
