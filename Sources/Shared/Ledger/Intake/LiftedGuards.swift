import Tables

/// The rows of a large commit of orders, which are proven all together instead of one by one.
///
/// An order and its hold refer to nine rows, and a trigger looks whether the hold replaces another
/// transaction, leaves a gap, or crosses currencies: half of what the two rows cost. So while a
/// large file of orders is written, this connection alone writes them unchecked. Before anything
/// else is written, and before the commit, a few statements over the new rows prove the same; if
/// they find less than all, nothing is committed. Uniqueness, CHECK and NOT NULL hold all the time,
/// so no row of ours can replace one, since nothing here says REPLACE.
struct LiftedGuards {
    private let db: any Connection
    /// The first order and transaction that can be unchecked.
    private let order: OrderID
    private let transaction: Int64
    /// The file whose orders were the first.
    private let file: Int64
    /// The last sale that was checked.
    private let sale: Int64

    /// Lifts the guards.
    ///
    /// - Parameters:
    ///   - db: the connection, in a transaction.
    ///   - order: the number of the next order.
    ///   - transaction: that of the next transaction.
    /// - Throws: `StoreError`.
    init(_ db: any Connection, from order: OrderID, _ transaction: Int64) throws {
        self.db = db
        self.order = order
        self.transaction = transaction
        file = try db.one("SELECT coalesce(max(id), 0) FROM files")
        sale = try db.one("SELECT coalesce(max(id), 0) FROM sales")
        try db.guardRows(false)
    }

    /// Puts the guards back, and proves what was written without them.
    ///
    /// - Parameter next: the number after the last transaction.
    /// - Throws: `StoreError`, also if a row is not as the guards want it.
    func restore(before next: Int64) throws {
        try putBack()
        let counts: (orders: Int64, holds: Int64, last: Int64) = try db.one(
            """
            SELECT (SELECT count(*) FROM orders WHERE id >= \(order)),
                count(*), coalesce(max(id), 0) FROM transactions WHERE id >= \(transaction)
            """
        ) { (try $0[0], try $0[1], try $0[2]) }
        let written = next - transaction
        guard counts.orders == written, counts.holds == written,
            written == 0 || counts.last == next - 1
        else { throw violation("\(counts) instead of \(written) orders and their holds") }
        let sound: Int64 = try db.one(Self.soundOrders(from: transaction))
        guard sound == written else {
            throw violation("\(written - sound) orders or holds refer to what is not there")
        }
        let strays: Int64 = try db.one(Self.strays(from: file, after: sale, transaction))
        guard strays == 0 else { throw violation("\(strays) rows refer to what is not there") }
    }

    /// Puts the guards back, after a failure that undoes what was written.
    func putBack() throws {
        try db.guardRows(true)
    }

    private func violation(_ what: String) -> StoreError {
        StoreError(.constraint, at: db.path, cause: "after a large file: \(what)")
    }

    /// How many new transactions are the hold of an order that refers only to what is there.
    private static func soundOrders(from transaction: Int64) -> SQL {
        """
        SELECT count(*) FROM transactions t CROSS JOIN orders o ON o.id = t.order_id
        WHERE t.id >= \(transaction) AND t.type = 'hold' AND t.amount = o.charge
            AND t.file_id = o.file_id AND t.user_id = o.user_id
            AND o.file_id IN (SELECT id FROM files)
            AND o.service_id IN (SELECT id FROM services)
            AND o.provider_id IN (SELECT id FROM providers)
            AND o.sale_id IN (SELECT id FROM sales)
            AND o.bought_service_id IS NULL AND o.purchase_id IS NULL
        """
    }

    /// How many new rows of few kinds are amiss: pairs of wallets that are not those of the user
    /// whose order it is, in one currency, and files, lines and sales that refer to what is not
    /// there. A wallet has a user who is there.
    private static func strays(
        from file: Int64, after sale: Int64, _ transaction: Int64
    ) -> SQL {
        """
        SELECT (SELECT count(*) FROM (
                SELECT DISTINCT from_wallet_id, to_wallet_id, user_id FROM transactions
                WHERE id >= \(transaction)) t
                LEFT JOIN wallets a ON a.id = t.from_wallet_id
                LEFT JOIN wallets b ON b.id = t.to_wallet_id
                WHERE (a.user_id, b.user_id, b.currency) IS NOT (t.user_id, t.user_id, a.currency))
            + (SELECT count(*) FROM files f WHERE f.id >= \(file)
                AND (f.user_id NOT IN (SELECT id FROM users)
                    OR f.duplicate_of NOT IN (SELECT id FROM files)))
            + (SELECT count(*) FROM lines l WHERE l.file_id >= \(file)
                AND l.file_id NOT IN (SELECT id FROM files))
            + (SELECT count(*) FROM sales n WHERE n.id > \(sale)
                AND n.service_id NOT IN (SELECT id FROM services))
        """
    }
}

extension Intake {
    /// Lifts the guards, once in a large commit.
    func liftGuards() throws {
        guard mayLiftGuards, try !hasRetakenFiles.get() else { return }
        mayLiftGuards = false
        lifted = try LiftedGuards(db, from: numberOfNextOrder(), postings.numberOfNext)
    }

    /// Puts the guards back and proves what was written without them. Call it before anything is
    /// written but orders, their holds, and the records of their file.
    func restoreGuards() throws {
        guard let guards = lifted else { return }
        lifted = nil
        try guards.restore(before: postings.numberOfNext)
    }

    /// Puts the guards back after a failure that undoes the commit.
    func putBackGuards() throws {
        try lifted?.putBack()
        lifted = nil
    }
}
