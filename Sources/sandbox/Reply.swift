import Timestamps

/// What the panel says, as meanings. A `Dialect` chooses the spelling.
package indirect enum Reply: Sendable {
    case object(KeyValuePairs<String, Reply>)
    case list([Reply])
    /// The answer to `services`.
    case catalogue([Reply])
    /// The answer to `add`: the new order's id.
    case placed(Int64)
    /// The answers about several things, by the ids that were asked about.
    case byID([(id: String, reply: Reply)])
    case text(String)
    /// The number of an order, a service or a refill.
    case id(Int64)
    /// A count; nil if the panel does not know it.
    case count(Int64?)
    /// An amount or a rate, with six decimals.
    case price(String)
    case flag(Bool)
    case moment(Timestamp)
    /// A kind of order, as the catalogue prints it.
    case type(String)
    case status(Status)
    case refused(Refusal)

    /// The id that a client sent: the number that it should have been, or the text that it was.
    static func sent(_ id: String) -> Reply {
        Int64(id).map(Reply.id) ?? .text(id)
    }
}

/// How far an order or a refill is (provider-api.md §5).
package enum Status: Sendable {
    case pending, inProgress, completed, partial, canceled
    /// A subscription that waits for posts, or one that ran out of time.
    case active, expired
    /// A refill that the panel refused.
    case rejected
    /// A word that no client knows.
    case frozen

    /// Whether it never changes again.
    var isFinal: Bool {
        switch self {
        case .completed, .partial, .canceled, .expired, .rejected: true
        case .pending, .inProgress, .active, .frozen: false
        }
    }
}

/// A business error, in the trade's own words (provider-api.md §6).
package struct Refusal: Error, Equatable, Sendable {
    package let text: String
    /// The HTTP status from a panel that uses one for business errors; most answer 200.
    let code: Int

    private init(_ text: String, code: Int = 400) {
        self.text = text
        self.code = code
    }

    static let invalidKey = Refusal("Invalid API key", code: 401)
    static let incorrectRequest = Refusal("Incorrect request")
    static let incorrectService = Refusal("Incorrect service ID", code: 404)
    static let incorrectLink = Refusal("neworder.error.link")
    static let incorrectOrder = Refusal("Incorrect order ID", code: 404)
    static let refillNotFound = Refusal("Refill not found", code: 404)
    static let notRefillable = Refusal("This order can not be refilled")
    static let notCancelable = Refusal("This order can not be canceled")
    static let funds = Refusal("Not enough funds on balance", code: 402)
    static let throttled = Refusal("Rate limit exceeded", code: 429)
    static let activeOrder = Refusal(
        "You have active order with this link. Please wait until order being completed.")
    /// An error of no known class, in another language.
    static let foreign = Refusal("Сервис временно недоступен, попробуйте позже", code: 503)

    static func tooFew(_ minimum: Int64) -> Refusal {
        Refusal("Quantity less than minimal \(minimum)")
    }
    static func tooMany(_ maximum: Int64) -> Refusal {
        Refusal("Quantity more than maximum \(maximum)")
    }
}
