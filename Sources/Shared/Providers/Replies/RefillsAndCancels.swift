import StrictJSON
import Trade
import Transport

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
            if let damage = value.damage { return .unclear("its answer breaks off: \(damage)") }
            let answer = value["status"] ?? value
            if let words = value.complaint ?? answer.complaint { return complaint(words) }
            guard let word = answer.text else { return .unclear("it has no status") }
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
            if let damage = value.damage { return .unclear("its answer breaks off: \(damage)") }
            let answer = value[name] ?? value["success"] ?? value["status"] ?? value
            if let words = value.complaint ?? answer.complaint { return complaint(words) }
            if answer.isAcceptance { return .report(accepted(answer)) }
            // A sentence under `success` is a yes in words.
            if value[name] == nil, value["success"]?.flag == nil, value["success"]?.text != nil {
                return .report(accepted(.null))
            }
            if let words = answer.text ?? value["message"]?.text {
                return JSONValue.isRefusal(words) || ErrorClass.of(words, extra: extraErrors) != nil
                    ? complaint(words) : .unclear(evidence(words))
            }
            // An object that says neither yes nor no is no answer.
            return answer.flag == nil ? .missing : complaint("not accepted")
        }
    }
}

extension JSONValue {
    /// The words by which a request is said to be taken.
    private static let acceptances: Set = [
        "accepted", "success", "successful", "ok", "done", "queued", "pending", "processing",
        "requested", "submitted", "sent", "created",
    ]

    /// What a sentence has that says no, in any case. A sentence with none of these is not
    /// understood, which is no refusal.
    private static let refusals = [
        " not ", "n't ", "cannot", "reject", "refus", "declin", "denied", "fail", "error",
        "invalid", "incorrect", "too late", "disabled", "unable", "unknown action", "went wrong",
        "impossible", "expired", "unavailable", "not_", "no refill", "no cancel",
    ]

    /// Whether this says yes: a flag, an id of the request, or a word (quirk 18).
    fileprivate var isAcceptance: Bool {
        flag ?? (identifier != nil || Self.acceptances.contains(text?.folded ?? ""))
    }

    /// Whether these words say no.
    fileprivate static func isRefusal(_ words: String) -> Bool {
        let words = " \(words) ".foldedASCII
        return refusals.contains { words.contains(Array($0.utf8)) }
            || JSONValue.string(String(decoding: words, as: UTF8.self)).flag == false
    }
}
