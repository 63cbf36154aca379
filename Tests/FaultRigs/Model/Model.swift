import Ledger
import TestSupport

/// A house of a few lines that knows nothing of wallets, transactions or SQL. It hears what the
/// ledger hears, says beforehand what the ledger must answer, and knows what everybody must then
/// have.
struct Model {
    enum State: String {
        case accepted, sending, placed, refused, completed, partial, canceled
        case inDoubt = "in_doubt"

        var isEnded: Bool { [.refused, .completed, .partial, .canceled].contains(self) }
    }

    /// Amounts are in millionths.
    struct Order {
        let user: UserID
        let ref: String
        let charge: Int64
        /// Whether its service can be refilled and canceled, and bought from a second provider.
        let isFlexible: Bool
        var state = State.accepted
        /// Who is to serve it, or does.
        var place = Place.alpha
        /// Who has refused it for good.
        var refusers: Set<Place> = []
        /// Milliseconds: from when on it is sent, as long as it is accepted.
        var due: Int64
        /// What the house keeps of it.
        var earned: Int64 = 0
        /// What came back by its end; a later refund is apart.
        var released: Int64 = 0
        var hasOpenCancel = false
        var hasOpenRefill = false
        /// What the desk decided of it, while that waits for the provider's word.
        var pending: Decision?
    }

    struct Withdrawal {
        let user: UserID
        let ref: String
        let amount: Int64
        let fee: Int64
    }

    static let users = ["acme", "zenith", "quiet"].map { UserID(rawValue: $0)! }

    var available = Dictionary(uniqueKeysWithValues: users.map { ($0, Int64(0)) })
    /// How far each may be overdrawn.
    let credit = Dictionary(uniqueKeysWithValues: zip(users, [0, 3_000_000, 0] as [Int64]))
    var orders: [Int64: Order] = [:]
    var held: [Withdrawal] = []
    /// Payments that were confirmed, by reference: whose, and how much.
    var payments: [String: (user: UserID, amount: Int64)] = [:]
    /// Payments that were claimed and not confirmed.
    var claims: [(user: UserID, reference: String, amount: Int64)] = []
    var fees: Int64 = 0
    /// The providers who get no orders now.
    var paused: Set<Place> = []
    /// Whose order each was sent last.
    var lastTurn: [Place: UserID] = [:]

    func canSpend(_ micros: Int64, _ user: UserID) -> Bool {
        available[user]! + credit[user]! >= micros
    }

    /// Ends an order: `back`, by default all, returns to the user and the rest is earned.
    mutating func end(_ id: Int64, as state: State, back: Int64? = nil) {
        let back = back ?? orders[id]!.charge
        orders[id]!.state = state
        orders[id]!.released = back
        orders[id]!.earned = orders[id]!.charge - back
        orders[id]!.hasOpenCancel = false
        orders[id]!.pending = nil
        available[orders[id]!.user]! += back
    }

    /// Puts an order back into the queue; a cancel that waits for that takes effect.
    mutating func requeue(_ id: Int64, due: Int64) {
        orders[id]!.state = .accepted
        orders[id]!.due = due
        orders[id]!.pending = nil
        if orders[id]!.hasOpenCancel { end(id, as: .canceled) }
    }
}

extension Model {
    /// What everybody has, and where every order stands, as `ModelBooks.rows` tells it.
    var facts: [String] {
        let wallets = Self.users.flatMap { user in
            let open = orders.values.filter { $0.user == user && !$0.state.isEnded }
            let waiting = held.filter { $0.user == user }
            let promised = open.map(\.charge).reduce(0, +) + waiting.map(\.amount).reduce(0, +)
            return ["\(user) available \(available[user]!)", "\(user) held \(promised)"]
        }
        let house = [
            "house fees \(fees)", "house revenue \(orders.values.map(\.earned).reduce(0, +))",
        ]
        return wallets + house + orders.sorted { $0.key < $1.key }.map(Self.fact) + references
            + waiting
    }

    private static func fact(_ id: Int64, _ order: Order) -> String {
        let refunded = order.state.isEnded ? order.charge - order.earned : 0
        let due = order.state == .accepted ? "\(order.due)" : "-"
        return
            "\(id) \(order.user) \(order.ref) \(order.state.rawValue) \(order.charge) \(refunded) "
            + "\(order.place.rawValue) \(due)"
    }

    /// The keys under which the money of orders moved: each can be used once for ever, which is
    /// what makes a second settlement impossible.
    private var references: [String] {
        orders.flatMap { id, order in
            let captured = order.charge - order.released
            return ["hold:\(id) \(order.charge)"]
                + (order.state.isEnded && captured > 0 ? ["capture:\(id) \(captured)"] : [])
                + (order.state.isEnded && order.released > 0
                    ? ["release:\(id) \(order.released)"] : [])
        }.sorted()
    }

    /// The orders with a decision that waits, and its outcome.
    private var waiting: [String] {
        orders.sorted { $0.key < $1.key }.compactMap { id, order in
            order.pending.map { "\(id) decided \($0)" }
        }
    }

    /// The queries that ask the ledger for `facts`.
    static let questions = [
        """
        SELECT user_id, name, balance FROM wallets WHERE user_id IS NOT NULL ORDER BY id
        """,
        """
        SELECT 'house', name, sum(balance) FROM wallets
        WHERE user_id IS NULL AND name IN ('fees', 'revenue') GROUP BY name ORDER BY name
        """,
        """
        SELECT o.id, o.user_id, o.ref, o.state, o.charge, o.refunded, p.name,
            iif(o.state = 'accepted', o.due_at, '-')
        FROM orders o JOIN providers p ON p.id = o.provider_id ORDER BY o.id
        """,
        """
        SELECT reference, amount FROM transactions WHERE type IN ('hold', 'capture', 'release')
        ORDER BY reference || ' ' || amount
        """,
        """
        SELECT order_id, 'decided', trim(outcome || ' ' || coalesce(provider_order, ''))
        FROM decisions WHERE state = 'pending' ORDER BY order_id
        """,
    ]
}
