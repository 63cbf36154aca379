import BatchFiles
import Identity

/// A call to the API v2, read and checked in its form (provider-api.md §2).
package enum PanelCall: Sendable {
    case services
    case balance
    /// Place an order. `ref` makes it safe to ask again.
    case add(CallForm, ref: String?)
    case status(CallIDs)
    case refill(CallIDs, ref: String?)
    case refillStatus(CallIDs)
    case cancel(CallIDs, ref: String?)

    /// Whether it may change something, so that its key must be allowed to order.
    package var isOrder: Bool {
        switch self {
        case .add, .refill, .cancel: true
        case .services, .balance, .status, .refillStatus: false
        }
    }

    /// The action's name, for logs and counters.
    package var name: String {
        switch self {
        case .services: "services"
        case .balance: "balance"
        case .add: "add"
        case .status: "status"
        case .refill: "refill"
        case .refillStatus: "refill_status"
        case .cancel: "cancel"
        }
    }

    /// Reads a call. Nothing is guessed: one without an action, or with an unknown one, is refused.
    ///
    /// - Parameters:
    ///   - form: its fields.
    ///   - idempotencyKey: the header `Idempotency-Key`, which is a `ref` for clients that set
    ///     headers more easily than fields. The field counts if both are there.
    /// - Throws: `TradeError`.
    package init(_ form: CallForm, idempotencyKey: String? = nil) throws(TradeError) {
        switch form["action"] {
        case "services": self = .services
        case "balance": self = .balance
        case "add": self = .add(form, ref: try Self.ref(form, idempotencyKey))
        case "status": self = .status(try CallIDs(form, one: "order", several: "orders"))
        case "refill":
            self = .refill(
                try CallIDs(form, one: "order", several: "orders"),
                ref: try Self.ref(form, idempotencyKey))
        case "refill_status":
            self = .refillStatus(try CallIDs(form, one: "refill", several: "refills"))
        case "cancel":
            self = .cancel(
                try CallIDs(form, one: "order", several: "orders"),
                ref: try Self.ref(form, idempotencyKey))
        default: throw .incorrectRequest
        }
    }

    private static func ref(
        _ form: CallForm, _ header: String?
    ) throws(TradeError) -> String? {
        guard let ref = form["ref"] ?? header.flatMap(unquoted) else { return nil }
        guard !ref.isInvisible, Text.isOneLine(ref, longest: Text.longestName) else {
            throw .incorrectRequest
        }
        return ref
    }

    /// A header's value without the quotation marks of a structured field; nil if nothing is left.
    private static func unquoted(_ header: String) -> String? {
        var text = header[...]
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        text = text.drop { $0 == " " || $0 == "\t" }
        if text.count >= 2, text.first == "\"", text.last == "\"" {
            text = text.dropFirst().dropLast()
        }
        return text.isEmpty ? nil : String(text)
    }
}
