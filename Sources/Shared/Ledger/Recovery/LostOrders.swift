import GRDB
import Tables
import Timestamps

/// Orders that may have been sent in the time that a restored ledger lacks, within a commit.
///
/// Nobody can know where: who was refused in that time went on to a backup. Such an order is held in doubt
/// at one of its places after the other, first where it was to be sent, and is sent only once none of them
/// has it.
struct LostOrders {
    private let db: any Connection
    private let moves: OrderMoves
    private let attempts: Attempts
    private let now: Timestamp
    private let generation: Int64

    /// - Parameter generation: the number of the ledger that goes on, for what `hold` holds.
    init(
        _ db: any Connection, _ moves: OrderMoves, at now: Timestamp,
        goingOnAs generation: Int64 = 0
    ) {
        self.generation = generation
        self.db = db
        self.moves = moves
        self.now = now
        attempts = Attempts(db)
    }

    /// When an order may have been sent, and in the ledger of which generation it is held for that.
    private struct Loss {
        let generation: Int64
        let since, until: Timestamp

        init(row: GRDB.Row) {
            generation = row[0]
            since = row[1]
            until = row[2]
        }
    }

    /// `accepted` or `sending` → `in_doubt`; what is in doubt already may be so for another reason by now.
    ///
    /// - Parameter since: before this it was not sent, if it is not on its way.
    func hold(_ order: OrderID, since: Timestamp) throws {
        guard try !isHeld(order) else { return }
        let provider = try ProviderID.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    UPDATE orders SET state = 'sending' WHERE id = ? AND state = 'accepted'
                    RETURNING provider_id
                    """), arguments: [order])
        // What is `sending` has its attempt.
        if let provider { try attempts.begin(order, with: provider, at: since) }
        try doubt(order, in: generation, until: now)
    }

    private func isHeld(_ order: OrderID) throws -> Bool {
        try Bool.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM attempts
                        WHERE order_id = ? AND outcome = 'unknown' AND lost_in = ?)
                    """), arguments: [order, generation])!
    }

    /// Ends the doubt about an order that its provider does not have. A lost one is then in doubt at the next
    /// of its places.
    ///
    /// - Parameter note: who says so, and on what grounds; it stays with the attempt.
    /// - Returns: whether no place is left that may have it.
    func leave(_ order: OrderRow, note: String) throws -> Bool {
        let loss = try db.grdb.cachedStatement(
            sql: """
                SELECT lost_in, started_at, ended_at FROM attempts
                WHERE order_id = ? AND outcome = 'unknown' AND lost_in IS NOT NULL
                """
        ).fetchRow([order.id]).map(Loss.init(row:))
        try attempts.resolve(order.id, as: .notSent, note: note)
        guard let loss, let place = try next(after: order.id, loss) else { return true }
        try moves.buy(order.id, as: place, due: now)
        try attempts.begin(order.id, with: place.provider, at: loss.since)
        try doubt(order.id, in: loss.generation, until: loss.until)
        return false
    }

    private func doubt(_ order: OrderID, in generation: Int64, until: Timestamp) throws {
        try attempts.end(order, as: .unknown, evidence: nil, at: until)
        try db.grdb.cachedStatement(
            sql:
                "UPDATE attempts SET lost_in = ?2, ended_at = ?3 WHERE order_id = ?1 AND outcome = 'unknown'"
        ).execute(arguments: [order, generation, until])
        try attempts.note(
            "the ledger was restored; it may have been sent until \(until)", on: order)
        try moves.doubt(order)
    }

    /// The next place in turn; nil once it was held at all of them.
    private func next(after order: OrderID, _ loss: Loss) throws -> Listing? {
        let waiting = try WaitingOrder.fetch(db, order)
        let places = Places(db)
        let refusers = try places.refusers(of: order)
        let all = try places.all(of: places.listing(waiting.service))
        let here = all.firstIndex { $0.id == waiting.bought } ?? all.startIndex
        let others = (all[here...] + all[..<here]).filter {
            $0.id != waiting.bought && !refusers.contains($0.provider)
        }
        let held = try Int.fetchOne(
            db.grdb, sql: "SELECT count(*) FROM attempts WHERE order_id = ? AND lost_in = ?",
            arguments: [order, loss.generation])!
        return held <= others.count ? others.first : nil
    }
}
