import BatchFiles
import Ledger
import StrictJSON
import Trade

// Requests about orders: refills and cancels.
extension CallDesk {
    func refill(_ ids: CallIDs, ref: String?) async throws -> CallAnswer {
        // Each has a reference, by which its number is found once it is in the ledger.
        let refs = ids.texts.map { id in Self.ref(ref, for: id, in: ids) ?? Self.newReference() }
        let outcomes = try await ask(.refills, ids, refs)
        if outcomes.contains(.unanswered) { return .unanswered }
        let numbers = try show { view in
            try zip(refs, outcomes).map { ref, outcome -> RequestID? in
                guard case .done(let order) = outcome else { return nil }
                if let refill = try view.refill(ref: ref) { return refill.id }
                // One was asked for already: that one it is.
                return try order.flatMap { try view.openRefill(of: $0)?.id }
            }
        }
        let answers = zip(outcomes, numbers).map { outcome, number in
            outcome.error ?? (number == nil ? .refillNotFound : nil)
        }
        guard !ids.isList else {
            return CallAnswer.list(ids, "order") { index, json in
                json.key("refill")
                if let error = answers[index] {
                    json.write(error)
                } else {
                    json.integer(numbers[index]?.rawValue ?? 0)
                }
            }
        }
        guard let number = numbers[0] else { throw answers[0] ?? .refillNotFound }
        return CallAnswer { json in
            json.beginObject()
            json.member("refill", "\(number)")
            json.endObject()
        }
    }

    func cancel(_ ids: CallIDs, ref: String?) async throws -> CallAnswer {
        let outcomes = try await ask(
            .cancels, ids, ids.texts.map { Self.ref(ref, for: $0, in: ids) })
        if outcomes.contains(.unanswered) { return .unanswered }
        guard !ids.isList else {
            return CallAnswer.list(ids, "order") { index, json in
                json.key("cancel")
                if let error = outcomes[index].error { json.write(error) } else { json.integer(1) }
            }
        }
        if let error = outcomes[0].error { throw error }
        return CallAnswer { json in
            json.beginObject()
            // Clients that cancel a single order look for one or the other.
            json.member("cancel", 1)
            json.member("status", "success")
            json.endObject()
        }
    }

    /// Has `ingest` take a line about each order. One that is no order's number needs none.
    private func ask(
        _ kind: LineKind, _ ids: CallIDs, _ refs: [String?]
    ) async throws -> [LineFate] {
        var lines: [CallLine] = []
        var places: [Int] = []
        for (place, id) in ids.texts.enumerated() {
            guard let number = CallIDs.number(id), number > 0 else { continue }
            lines.append(CallLine(kind, about: number, ref: refs[place]))
            places.append(place)
        }
        var fates = [LineFate](repeating: .refused(.unknownOrder), count: ids.texts.count)
        guard !lines.isEmpty else { return fates }
        for (place, fate) in zip(places, try await take(lines)) { fates[place] = fate }
        return fates
    }

    /// The reference of one of several requests that share one.
    private static func ref(_ ref: String?, for id: String, in ids: CallIDs) -> String? {
        ref.map { ids.isList ? "\($0)#\(id)" : $0 }
    }

    /// A reference that nobody has used: 128 random bits.
    private static func newReference() -> String {
        let digits = String(UInt128.random(in: 0...UInt128.max), radix: 16)
        return "api/" + String(repeating: "0", count: 32 - digits.count) + digits
    }
}

extension CallLine {
    fileprivate init(_ kind: LineKind, about order: Int64, ref: String?) {
        var json = JSONWriter()
        json.beginObject()
        if let ref { json.member("ref", ref) }
        json.member("order", order)
        json.endObject()
        self.init(kind: kind, ref: ref, refusesSecondOrder: false, object: json.bytes)
    }
}

extension LineFate {
    /// What a request about an order is told; nil if it was taken, or may have been.
    fileprivate var error: TradeError? {
        switch self {
        case .done, .unanswered: nil
        case .refused(let code): TradeError(code, within: 1...1, isSold: true)
        case .withdrawn: .throttled()
        }
    }
}
