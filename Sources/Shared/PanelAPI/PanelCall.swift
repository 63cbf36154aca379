import BatchFiles
import Identity
import Trade

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
    /// The latest orders, the last one first.
    case orders(limit: Int)

    /// How many orders one answer to `orders` lists, and how many if the call does not say.
    static let recentOrders = (most: 1_000, usual: 100)

    /// What it asks for.
    package var action: TradeAction {
        switch self {
        case .services: .services
        case .balance: .balance
        case .add: .add
        case .status: .status
        case .refill: .refill
        case .refillStatus: .refillStatus
        case .cancel: .cancel
        case .orders: .orders
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
        switch form["action"].flatMap(TradeAction.init(rawValue:)) {
        case .services: self = .services
        case .balance: self = .balance
        case .add: self = .add(form, ref: try Self.ref(form, idempotencyKey))
        case .status: self = .status(try CallIDs(form, one: "order", several: "orders"))
        case .refill:
            self = .refill(
                try CallIDs(form, one: "order", several: "orders"),
                ref: try Self.ref(form, idempotencyKey))
        case .refillStatus:
            self = .refillStatus(try CallIDs(form, one: "refill", several: "refills"))
        case .cancel:
            self = .cancel(
                try CallIDs(form, one: "order", several: "orders"),
                ref: try Self.ref(form, idempotencyKey))
        case .orders: self = .orders(limit: try Self.limit(form))
        case nil: throw .incorrectRequest
        }
    }

    private static func limit(_ form: CallForm) throws(TradeError) -> Int {
        guard let text = form["limit"] else { return recentOrders.usual }
        guard let limit = Int(text), limit > 0 else { throw .incorrectRequest }
        return min(limit, recentOrders.most)
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
