import Money

// The actions of API v2, except `add` (provider-api.md §2).
extension Panel {
    /// How many ids one request may ask about.
    static let maximumIDs = 100
    /// How many orders one answer to `orders` may list, and how many it lists by default.
    static let maximumRecent = 1_000
    static let usualRecent = 100

    func reply(to action: String, _ form: RequestForm) throws(Refusal) -> Reply {
        switch action {
        case "services": .catalogue(Service.catalogue.map(\.reply))
        case "balance": balance
        case "orders": recent(form["limit"])
        case "status": try status(form)
        case "refill": try refill(form)
        case "refill_status": try refillStatus(form)
        case "cancel": try cancel(form)
        default: throw .incorrectRequest
        }
    }

    private var balance: Reply {
        .object([
            "balance": .price(books.balance(at: now).description),
            "currency": .text(options.currency.code),
        ])
    }

    private func recent(_ limit: String?) -> Reply {
        let limit = limit.flatMap { Int($0) } ?? Self.usualRecent
        return .list(
            books.recent(min(max(limit, 0), Self.maximumRecent), at: now)
                .map { $0.line(in: options.currency, since: epoch) })
    }

    private func status(_ form: RequestForm) throws(Refusal) -> Reply {
        guard let ids = form["orders"] else { return try status(of: form["order"]) }
        return .byID(
            try Self.several(ids).map { id in
                (id, Self.outcome { () throws(Refusal) in try status(of: id) })
            })
    }

    private func status(of order: String?) throws(Refusal) -> Reply {
        try books.status(of: seen(order), at: now).reply(in: options.currency)
    }

    private func refill(_ form: RequestForm) throws(Refusal) -> Reply {
        guard let ids = form["orders"] else {
            return .object(["refill": .count(try books.refill(seen(form["order"]), at: now))])
        }
        return try Self.each(of: ids, as: "order", "refill") { id throws(Refusal) in
            .id(try books.refill(seen(id), at: now))
        }
    }

    private func refillStatus(_ form: RequestForm) throws(Refusal) -> Reply {
        guard let ids = form["refills"] else {
            return .object(["status": .status(try books.refillStatus(form["refill"], at: now))])
        }
        return try Self.each(of: ids, as: "refill", "status") { id throws(Refusal) in
            .status(try books.refillStatus(id, at: now))
        }
    }

    private func cancel(_ form: RequestForm) throws(Refusal) -> Reply {
        guard let ids = form["orders"] else {
            try books.cancel(seen(form["order"]), at: now)
            return .object(["cancel": .id(1)])
        }
        return try Self.each(of: ids, as: "order", "cancel") { id throws(Refusal) in
            try books.cancel(seen(id), at: now)
            return .id(1)
        }
    }

    /// The id that was asked for, unless the panel finds nothing at the moment.
    private func seen(_ order: String?) -> String? {
        isBlind ? nil : order
    }

    /// A list with one object for each id: the id and the answer.
    private static func each(
        of ids: String, as idName: String, _ name: String,
        _ answer: (String) throws(Refusal) -> Reply
    ) throws(Refusal) -> Reply {
        .list(
            try several(ids).map { id in
                .object([
                    idName: .sent(id),
                    name: outcome { () throws(Refusal) in try answer(id) },
                ])
            })
    }

    private static func outcome(_ answer: () throws(Refusal) -> Reply) -> Reply {
        do throws(Refusal) { return try answer() } catch { return .refused(error) }
    }

    /// The ids of a list, separated by commas or newlines, each once.
    private static func several(_ ids: String) throws(Refusal) -> [String] {
        var known: Set<String> = []
        let ids = ids.split { $0 == "," || $0.isNewline }
            .map { String($0.filter { !$0.isWhitespace }) }
            .filter { known.insert($0).inserted }
        guard (1...maximumIDs).contains(ids.count) else { throw .incorrectRequest }
        return ids
    }
}
