import StrictJSON
import Trade
import Transport

/// A provider took a request for a refill or a cancel. That is no outcome yet: a status shows it
/// later (provider-api.md §2).
package struct Acceptance: Equatable, Sendable {
    /// The provider's id of the refill; nil if it gives none, and always for a cancel.
    package let refill: String?

    package init(refill: String? = nil) {
        self.refill = refill
    }
}

extension ProviderEndpoint {
    /// The answers about `ids` in the reply to `Action.refill`.
    package func refills(of ids: [String], in finished: Finished) -> Answers<Acceptance> {
        requests("refill", for: ids, in: finished) { Acceptance(refill: $0.identifier) }
    }

    /// The answers about `ids` in the reply to `Action.cancel`.
    package func cancels(of ids: [String], in finished: Finished) -> Answers<Acceptance> {
        requests("cancel", for: ids, in: finished) { _ in Acceptance() }
    }

    /// The answers about the refills `ids` in the reply to `Action.refillStatus`.
    package func refillStatuses(of ids: [String], in finished: Finished) -> Answers<RefillStatus> {
        answers(
            in: finished, to: ids, named: ["refill", "refill_id", "id"], byPosition: false
        ) { value in
            if let damage = value.damage { return .unclear("its answer breaks off: \(damage)") }
            let answer = value["status"] ?? value
            if let words = value.complaint ?? answer.complaint { return complaint(words) }
            guard let word = answer.text else { return .unclear("it has no status") }
            // "Refill not found" may take the place of the status (quirk 10).
            let asComplaint: Answer<RefillStatus> = complaint(word)
            return asComplaint == .notFound
                ? .notFound : .report(RefillStatus(word: evidence(word)))
        }
    }

    /// Never by position, because providers answer several refills in any order (quirk 20).
    private func requests(
        _ name: String, for ids: [String], in finished: Finished,
        accepted: @escaping (JSONValue) -> Acceptance
    ) -> Answers<Acceptance> {
        answers(in: finished, to: ids, named: JSONValue.orderNames, byPosition: false) { value in
            if let damage = value.damage { return .unclear("its answer breaks off: \(damage)") }
            let answer = value[name] ?? value["success"] ?? value["status"] ?? value
            if let words = value.complaint ?? answer.complaint { return complaint(words) }
            if answer.isAcceptance { return .report(accepted(answer)) }
            // A sentence under `success` means yes.
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
    /// The words that say that a request was taken.
    private static let acceptances: Set = [
        "accepted", "success", "successful", "ok", "done", "queued", "pending", "processing",
        "requested", "submitted", "sent", "created",
    ]

    /// The parts of a sentence that say no, in any case. A sentence with none of them is not
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
