import Tables
import Timestamps

/// Orders that may have been sent in the gap before a restore, within a commit.
///
/// Nobody knows where such an order went: after a refusal in the gap it was sent to a backup
/// provider. It is held in doubt at each of its places in turn, first where it was to be sent, and
/// is sent only once none of them has it.
struct LostOrders {
    private let db: any Connection
    private let moves: OrderMoves
    private let attempts: Attempts
    private let now: Timestamp
    private let generation: Int64

    /// - Parameters:
    ///   - db: the connection, within the commit.
    ///   - moves: the moves of this commit.
    ///   - now: the moment of the commit.
    ///   - generation: the number of the ledger that is resumed, for the orders that `hold` holds.
    init(
        _ db: any Connection, _ moves: OrderMoves, at now: Timestamp,
        resumedAs generation: Int64 = 0
    ) {
        self.generation = generation
        self.db = db
        self.moves = moves
        self.now = now
        attempts = Attempts(db)
    }

    /// When an order may have been sent, and in which generation it is held for that.
    private struct Loss {
        let generation: Int64
        let since, until: Timestamp
    }

    /// `accepted` or `sending` → `in_doubt`. An order that is in doubt already may be so for
    /// another reason by now, and is held for the gap too.
    ///
    /// - `order`: the order.
    /// - `since`: before this moment it was not sent, if it is not under way.
    func hold(_ order: OrderID, since: Timestamp) throws {
        guard try !isHeld(order) else { return }
        try moves.sendAsLost(order, since: since)
        try doubt(order, in: generation, until: now)
    }

    private func isHeld(_ order: OrderID) throws -> Bool {
        try db.exists(
            """
            SELECT 1 FROM attempts
            WHERE order_id = \(order) AND outcome = 'unknown' AND lost_in = \(generation)
            """)
    }

    /// Ends the doubt about an order that its provider does not have. An order lost in a gap is
    /// then in doubt at the next of its places.
    ///
    /// Returns whether no place is left that may have it.
    ///
    /// - `order`: the order.
    /// - `note`: who says so, and on what grounds; it stays with the attempt.
    func leave(_ order: OrderRow, note: String) throws -> Bool {
        let loss = try db.first(
            """
            SELECT lost_in, started_at, ended_at FROM attempts
            WHERE order_id = \(order.id) AND outcome = 'unknown' AND lost_in IS NOT NULL
            """
        ) { Loss(generation: try $0[0], since: try $0[1], until: try $0[2]) }
        try attempts.resolve(order.id, as: .notSent, note: note)
        guard let loss, let place = try next(after: order.id, loss) else { return true }
        try moves.buy(order.id, as: place, due: now)
        try attempts.begin(order.id, with: place.provider, at: loss.since)
        try doubt(order.id, in: loss.generation, until: loss.until)
        return false
    }

    private func doubt(_ order: OrderID, in generation: Int64, until: Timestamp) throws {
        try attempts.end(order, as: .unknown, evidence: nil, at: until)
        try db.run(
            """
            UPDATE attempts SET lost_in = \(generation), ended_at = \(until)
            WHERE order_id = \(order) AND outcome = 'unknown'
            """)
        try attempts.note(
            "the ledger was restored; it may have been sent until \(until)", on: order)
        try moves.doubt(order)
    }

    /// The next place in turn; nil once the order was held at all of them.
    private func next(after order: OrderID, _ loss: Loss) throws -> Place? {
        let waiting = try WaitingOrder.fetch(db, order)
        let places = Places(db)
        let refusers = try places.refusers(of: order)
        let all = try places.all(of: places.place(waiting.service))
        let here = all.firstIndex { $0.id == waiting.bought } ?? all.startIndex
        let others = (all[here...] + all[..<here]).filter {
            $0.id != waiting.bought && !refusers.contains($0.provider)
        }
        let held: Int = try db.one(
            """
            SELECT count(*) FROM attempts
            WHERE order_id = \(order) AND lost_in = \(loss.generation)
            """)
        return held <= others.count ? others.first : nil
    }
}
