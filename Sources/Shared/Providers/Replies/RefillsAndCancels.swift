import StrictJSON

/// A provider took a request for a refill or a cancel. Not an outcome: that is in the status
/// observed later (provider-api.md §2).
package struct Acceptance: Equatable, Sendable {
    /// The provider's id of the refill; nil where it gives none, and always of a cancel.
    package let refill: String?

    package init(refill: String? = nil) {
        self.refill = refill
    }
}

extension ProviderEndpoint {
    /// What the reply to `Action.refill` says about each of `ids`.
    package func refills(of ids: [String], in finished: Finished) -> Answers<Acceptance> {
        requests("refill", for: ids, in: finished) { Acceptance(refill: $0.identifier) }
    }

    /// What the reply to `Action.cancel` says about each of `ids`.
    package func cancels(of ids: [String], in finished: Finished) -> Answers<Acceptance> {
        requests("cancel", for: ids, in: finished) { _ in Acceptance() }
    }

    /// What the reply to `Action.refillStatus` says about each of the refills `ids`.
    package func refillStatuses(of ids: [String], in finished: Finished) -> Answers<RefillStatus> {
        answers(
            in: finished, to: ids, named: ["refill", "refill_id", "id"], byPosition: false
        ) { value in
            let answer = value["status"] ?? value
            guard answer.complaint == nil, let word = answer.text else {
                return complaint(value.complaint ?? answer.complaint ?? "no status")
            }
            // "Refill not found" may stand where the status stands (quirk 10).
            let asComplaint: Answer<RefillStatus> = complaint(word)
            return asComplaint == .notFound
                ? .notFound : .report(RefillStatus(word: evidence(word)))
        }
    }

    /// By position never: several refills are answered in any order (quirk 20).
    private func requests(
        _ name: String, for ids: [String], in finished: Finished,
        accepted: @escaping (JSONValue) -> Acceptance
    ) -> Answers<Acceptance> {
        answers(in: finished, to: ids, named: JSONValue.orderNames, byPosition: false) { value in
            let answer = value[name] ?? value["status"] ?? value["success"] ?? value
            if let words = value.complaint ?? answer.complaint { return complaint(words) }
            if answer.isAcceptance { return .report(accepted(answer)) }
            if let words = answer.text { return complaint(words) }
            // An object that says neither yes nor no is no answer.
            return answer.flag == nil ? .missing : complaint("not accepted")
        }
    }
}

extension JSONValue {
    /// The words by which a request is said to be taken.
    private static let acceptances: Set = ["accepted", "success", "ok"]

    /// Whether this says yes: a flag, an id of the request, or a word (quirk 18).
    fileprivate var isAcceptance: Bool {
        flag ?? (identifier != nil || Self.acceptances.contains(text?.folded ?? ""))
    }
}
