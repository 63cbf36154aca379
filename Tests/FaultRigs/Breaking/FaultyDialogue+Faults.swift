import TestHouse

extension FaultyDialogue {
    /// A way to answer badly, or not to be reached.
    enum Fault: CustomStringConvertible, Sendable {
        /// As `sandbox --help` names it, before or after doing what is asked.
        case answer(String, isAfter: Bool)
        /// What the sandbox does with an order whose link has this word.
        case word(String)
        /// No byte of the request reaches the provider.
        case unheard(Nowhere)

        enum Nowhere: String, CaseIterable, Sendable {
            case refused = "connection refused"
            case unknown = "no such host"
            case unsecured = "no TLS"
        }

        var description: String {
            switch self {
            case .answer(let name, let isAfter):
                "\(name) \(isAfter ? "after" : "before") the effect"
            case .word(let word): word
            case .unheard(let nowhere): nowhere.rawValue
            }
        }

        static let all =
            [
                "html", "empty", "half", "reset", "hang", "redirect", "drip", "slow", "huge", "500",
                "429",
            ].flatMap { [Fault.answer($0, isAfter: false), .answer($0, isAfter: true)] }
            + ["sandbox-repeat-id", "sandbox-no-id"].map { .word($0) }
            + Nowhere.allCases.map { .unheard($0) }
    }
}

extension FaultyDialogue.Fault {
    var answer: (name: String, isAfter: Bool)? {
        if case .answer(let name, let isAfter) = self { (name, isAfter) } else { nil }
    }

    var word: String? {
        if case .word(let word) = self { word } else { nil }
    }

    var isUnheard: Bool {
        if case .unheard = self { true } else { false }
    }

    /// Whether the answer comes, if late.
    var isHarmless: Bool {
        answer.map { $0.isAfter && ["drip", "slow"].contains($0.name) } ?? false
    }

    /// Whether the answer asks to be left alone for a while.
    var isThrottle: Bool { answer?.name == "429" }

    /// Whether this action can meet it, with a known result.
    func befalls(_ action: FaultyDialogue.Action) -> Bool {
        switch self {
        // A provider that places an order and then says it was too early cannot be helped.
        case .answer("429", isAfter: true): action != .add
        case .answer, .unheard: true
        // Only orders have links.
        case .word: action == .add
        }
    }

    /// An address where the provider is not reached; nil if it is reached at its own.
    func address(insteadOf url: String) -> String? {
        guard case .unheard(let nowhere) = self else { return nil }
        return switch nowhere {
        // A port for which one must be root, and which nothing has had for decades.
        case .refused: "http://127.0.0.1:1/api/v2"
        // A name that will never be given to anybody (RFC 6761).
        case .unknown: "http://nowhere.invalid/api/v2"
        case .unsecured: url.replacing("http:", with: "https:", maxReplacements: 1)
        }
    }
}

extension FaultyDialogue.Action {
    /// The state after a good answer.
    var rightState: String {
        switch self {
        case .add: "placed"
        case .status: "completed"
        case .refill, .cancel: "sent Pending"
        case .refillStatus: "ended Completed"
        case .balance: "as it is"
        case .services: "24"
        }
    }

    /// The state after a bad answer, or none (design.md §6).
    func state(after fault: FaultyDialogue.Fault) -> String {
        if fault.isHarmless { return rightState }
        let isUntaken = fault.isUnheard || fault.isThrottle
        return switch self {
        case .add: isUntaken ? "accepted, due later" : "in_doubt"
        case .status: "placed"
        // Never requested twice, unless the provider did not receive it or said it was too early.
        case .refill: isUntaken ? "accepted -" : "ended Unknown"
        // Asking twice cancels once; a request that may have been received is pending.
        case .cancel: isUntaken ? "accepted -" : "accepted Pending"
        case .refillStatus: "sent Pending"
        case .balance: "as it was"
        case .services: "24"
        }
    }
}
