import Money
import Tables
import Timestamps

/// Why money moves (design.md §5).
enum TransactionType: String, Column {
    case deposit, fee, hold, capture, release
    case withdrawalHold = "withdrawal_hold"
    case withdrawal
    case withdrawalRelease = "withdrawal_release"
    case providerCharge = "provider_charge"
    case providerRefund = "provider_refund"
    case providerTopup = "provider_topup"
    case refund, adjustment
}

/// The subject of a movement of money.
struct Subject {
    var order: OrderID?
    var file: FileID?
    var user: UserID?
    /// For people, for example who asked for it and why.
    var metadata: String?
}

/// The movements of money of one commit. The only place that writes `transactions` and balances.
///
/// Balances are summed in memory and written once, by `writeBalances`, at the end of the commit:
/// the database then refuses the whole commit if a wallet would fall below its minimum.
final class Postings {
    private let db: any Connection
    private let now: Timestamp
    private let insertion: any Statement
    private var next: Int64
    private var wallets: [WalletKey: Standing] = [:]

    /// A wallet as of the last posting.
    fileprivate struct Standing {
        let id: WalletID
        var balance: Amount
        var isChanged = false
    }

    init(_ db: any Connection, at now: Timestamp) throws {
        self.db = db
        self.now = now
        next = try db.one("SELECT coalesce(max(id), 0) + 1 FROM transactions")
        insertion = try db.statement(
            """
            INSERT INTO transactions (id, reference, type, from_wallet_id, to_wallet_id, amount,
                                      order_id, file_id, user_id, metadata, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
    }

    /// The number of the next transaction.
    var numberOfNext: Int64 { next }

    /// A wallet's balance now, with everything posted so far.
    func balance(of key: WalletKey) throws -> Amount {
        try standing(key).balance
    }

    /// Moves `amount`, zero or more, under a reference that was not used before.
    ///
    /// - Returns: the number of the transaction.
    /// - Throws: `MoneyError.overflow`; `StoreError`, also if the reference was used before,
    ///   which is a bug of the caller: it must look before it posts.
    @discardableResult
    func post(
        _ reference: PostingReference, from: WalletKey, to: WalletKey, _ amount: Amount,
        _ subject: Subject
    ) throws -> Int64 {
        var source = try standing(from)
        var target = try standing(to)
        source.balance = try source.balance - amount
        target.balance = try target.balance + amount
        source.isChanged = true
        target.isChanged = true

        insertion.bind(1, next)
        insertion.bind(2, reference.text)
        insertion.bind(3, reference.type)
        insertion.bind(4, source.id)
        insertion.bind(5, target.id)
        insertion.bind(6, amount)
        insertion.bind(7, subject.order)
        insertion.bind(8, subject.file)
        insertion.bind(9, subject.user)
        insertion.bind(10, subject.metadata)
        insertion.bind(11, now)
        try insertion.run()

        wallets[from] = source
        wallets[to] = target
        defer { next += 1 }
        return next
    }

    /// Holds the charges of orders of `user` that were written just now: a transaction for each, as
    /// `post` makes it, all with one statement.
    ///
    /// - Parameters:
    ///   - sum: the sum of their charges.
    ///   - orders: the orders; these numbers have no others among them.
    ///   - user: whose orders they are.
    /// - Throws: as `post`.
    func hold(_ sum: Amount, forOrders orders: ClosedRange<OrderID>, of user: UserID) throws {
        let (from, to) = (WalletKey.user(user, .available), WalletKey.user(user, .held))
        var source = try standing(from)
        var target = try standing(to)
        source.balance = try source.balance - sum
        target.balance = try target.balance + sum
        source.isChanged = true
        target.isChanged = true
        let holds = try db.statement(Self.holding)
        holds.bind(1, next)
        holds.bind(2, orders.lowerBound)
        holds.bind(3, orders.upperBound)
        holds.bind(4, source.id)
        holds.bind(5, target.id)
        holds.bind(6, now)
        next += Int64(try holds.run())
        wallets[from] = source
        wallets[to] = target
    }

    private static let holding = """
        INSERT INTO transactions (id, reference, type, from_wallet_id, to_wallet_id, amount,
                                  order_id, file_id, user_id, created_at)
        SELECT ?1 + id - ?2, \(PostingReference.sql(.hold, of: "id")),
            '\(TransactionType.hold.rawValue)', ?4, ?5, charge, id, file_id, user_id, ?6
        FROM orders WHERE id BETWEEN ?2 AND ?3 ORDER BY id
        """

    /// Writes the balances that changed.
    func writeBalances() throws {
        let update = try db.statement("UPDATE wallets SET balance = ?2 WHERE id = ?1")
        for standing in wallets.values where standing.isChanged {
            try update.bound(to: standing.id, standing.balance).run()
        }
        wallets.removeAll()
    }

    private func standing(_ key: WalletKey) throws -> Standing {
        if let known = wallets[key] { return known }
        let (id, balance) = try Wallets.find(db, key)
        let standing = Standing(id: id, balance: balance)
        wallets[key] = standing
        return standing
    }
}

extension Postings {
    /// The state to return to when a savepoint is rolled back.
    struct Mark {
        fileprivate let next: Int64
        fileprivate let wallets: [WalletKey: Standing]
    }

    var mark: Mark { Mark(next: next, wallets: wallets) }

    func rewind(to mark: Mark) {
        next = mark.next
        wallets = mark.wallets
    }
}

extension Ledger {
    /// One commit that may move money.
    func commit<T>(at now: Timestamp, _ body: (any Connection, Postings) throws -> T) throws -> T {
        try commit(noting: now) { db in
            let postings = try Postings(db, at: now)
            let result = try body(db, postings)
            try postings.writeBalances()
            return result
        }
    }
}
