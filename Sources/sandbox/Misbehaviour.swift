/// Something that a link can ask of the sandbox by containing a word.
package struct Misbehaviour: Sendable {
    package let word: String
    package let effect: Effect
    let deed: Deed
    /// One line for the manual page.
    package let help: String

    /// Whether the order is placed and paid for.
    package enum Effect: String, Sendable {
        case none, placed
    }

    /// What the sandbox does instead of the usual.
    enum Deed: Sendable {
        case refuse(Refusal)
        /// Answer in a way that leaves the client in doubt.
        case answer(Fault)
        /// Answer with the id of the previous order, or without an id.
        case repeatID, omitID
        /// Let the order end in another way.
        case end(Fate)
    }

    private init(_ word: String, _ effect: Effect, _ deed: Deed, _ help: String) {
        self.word = word
        self.effect = effect
        self.deed = deed
        self.help = help
    }

    /// Every word. None is the beginning of another, so a link never means two by one word.
    package static let all: [Misbehaviour] = [
        .init("sandbox-refuse-link", .none, .refuse(.incorrectLink), "the link is refused"),
        .init("sandbox-refuse-service", .none, .refuse(.incorrectService), "an unknown service"),
        .init("sandbox-refuse-funds", .none, .refuse(.funds), "the balance is too low"),
        .init("sandbox-unknown-error", .none, .refuse(.foreign), "an error in another language"),
        .init("sandbox-throttle", .none, .answer(.throttle), "HTTP 429 with Retry-After"),
        .init("sandbox-html", .none, .answer(.html), "a shield's HTML page with HTTP 200"),
        .init("sandbox-redirect", .none, .answer(.redirect), "HTTP 301 to the same address"),
        .init("sandbox-500-before", .none, .answer(.error), "HTTP 500"),
        .init("sandbox-reset-before", .none, .answer(.reset), "the connection is reset"),
        .init("sandbox-hang-before", .none, .answer(.hang), "no answer ever"),
        .init("sandbox-500-after", .placed, .answer(.error), "HTTP 500"),
        .init("sandbox-reset-after", .placed, .answer(.reset), "the connection is reset"),
        .init("sandbox-hang-after", .placed, .answer(.hang), "no answer ever"),
        .init("sandbox-empty", .placed, .answer(.empty), "an empty body with HTTP 200"),
        .init("sandbox-half", .placed, .answer(.half), "half a body, then the connection ends"),
        .init("sandbox-drip", .placed, .answer(.drip), "the body byte by byte in --slow seconds"),
        .init("sandbox-slow", .placed, .answer(.slow), "the answer after --slow seconds"),
        .init("sandbox-huge", .placed, .answer(.huge), "a body of 64 MiB that begins well"),
        .init("sandbox-repeat-id", .placed, .repeatID, "the id of the order placed before"),
        .init("sandbox-no-id", .placed, .omitID, "success, without an id"),
        .init("sandbox-partial", .placed, .end(.partial), "ends Partial, 40 % remaining"),
        .init("sandbox-cancel", .placed, .end(.canceled), "ends Canceled, nothing delivered"),
        .init("sandbox-expired", .placed, .end(.expired), "a subscription ends Expired half-way"),
        .init("sandbox-unknown-word", .placed, .end(.frozen), "stays \"Frozen\" for ever"),
        .init(
            "sandbox-remains-unknown", .placed, .end(.remainsUnknown),
            "as partial, but 3 times of unknown \"remains\""),
        .init(
            "sandbox-not-found", .placed, .end(.notFound),
            "\"Incorrect order ID\" 3 times"),
        .init("sandbox-refill-rejected", .placed, .end(.refillRejected), "a refill ends Rejected"),
    ]

    /// Everything that `link` asks for, in the table's order.
    static func asked(by link: String) -> [Misbehaviour] {
        link.contains("sandbox-") ? all.filter { link.contains($0.word) } : []
    }
}

/// How an order ends that does not simply complete.
enum Fate: Sendable {
    case partial, canceled, expired, frozen, remainsUnknown, notFound, refillRejected

    /// How many questions `remainsUnknown` and `notFound` evade.
    static let evasions = 3

    /// The last status, if it is not `Completed`.
    var ending: Status? {
        switch self {
        case .partial, .remainsUnknown: .partial
        case .canceled: .canceled
        case .expired: .expired
        case .frozen, .notFound, .refillRejected: nil
        }
    }

    /// Percent of the units that will be delivered.
    var deliveredPercent: Int64 {
        switch self {
        case .partial, .remainsUnknown: 60
        case .canceled, .frozen: 0
        case .expired, .notFound, .refillRejected: 100
        }
    }
}

/// A way to answer that leaves the client in doubt. The raw values are the words of the control
/// path.
package enum Fault: String, CaseIterable, Sendable {
    case html, empty, half, reset, hang, redirect, drip, slow, huge
    case error = "500"
    case throttle = "429"
}
