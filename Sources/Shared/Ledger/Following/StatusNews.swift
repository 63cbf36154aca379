import GRDB
import Money
import Tables
import Timestamps

/// What an answer, or the lack of one, says about a followed order.
package struct StatusNews: Sendable {
    package var order: OrderID
    /// The provider's word; nil leaves what is known.
    package var status: String?
    package var startCount: Int64?
    package var remains: Int64?
    /// When to ask again; it always moves on. Of no meaning with a settlement.
    package var askAgain: Timestamp
    /// How the order ended, if it did.
    package var settlement: Settlement?
    /// What the provider took for it, if he says.
    package var charged: ProviderCharge?
    /// When he is asked about the order after its end; nil: not again.
    package var lookBack: Timestamp?
    /// Whether it was asked after the order's end: then nothing moves by it.
    package var isLookBack = false
    /// What the operator should look at.
    package var exception: LedgerException?
    /// What the operator should know of the provider: told once a day, with this order as the
    /// example.
    package var remarks: [LedgerException] = []

    package init(order: OrderID, askAgain: Timestamp) {
        self.order = order
        self.askAgain = askAgain
    }
}

extension Ledger {
    /// Writes down what was learnt, and settles the orders that ended, in one commit.
    ///
    /// An order that is not `placed` any more is left as it is: an ended order never moves by itself.
    /// Returns how many orders ended.
    package func record(_ news: [StatusNews], at now: Timestamp) throws -> Int {
        try commit(at: now) { db, postings in
            let recording = try StatusRecording(db, postings, at: now)
            return try news.count(where: { try recording.record($0) })
        }
    }
}

/// Writes down news of orders within a commit. Its statements run once an order.
private struct StatusRecording {
    private let db: any Connection
    private let postings: Postings
    private let now: Timestamp
    private let known: any Statement
    private let words: any Statement
    private let due: any Statement

    init(_ db: any Connection, _ postings: Postings, at now: Timestamp) throws {
        self.db = db
        self.postings = postings
        self.now = now
        known = try db.statement(
            """
            SELECT user_id, provider_id, state, status, start_count, remains FROM orders
            WHERE id = ?1
            """)
        words = try db.statement(
            """
            UPDATE orders SET status = ?2, start_count = ?3, remains = ?4, changed_at = ?5,
                due_at = ?6
            WHERE id = ?1
            """)
        due = try db.statement("UPDATE orders SET due_at = ?2 WHERE id = ?1")
    }

    /// Returns whether the order ended by it.
    func record(_ news: StatusNews) throws -> Bool {
        guard let known = try look(news.order),
            news.isLookBack ? known.state.isEnded : known.state == .placed
        else { return false }
        if let exception = news.exception {
            try Ledger.raise(
                exception, order: news.order, provider: known.provider, db, at: now)
        }
        for remark in news.remarks {
            try Ledger.raiseDaily(
                remark, order: news.order, provider: known.provider, db, at: now)
        }
        if news.isLookBack {
            try setDue(news.order, news.lookBack)
            return false
        }
        try note(news, of: known)
        guard let settlement = news.settlement, let order = try OrderRow.fetch(db, news.order)
        else { return false }
        try OrderMoves(db, postings, at: now).settle(
            order, as: settlement, charged: news.charged, lookBack: news.lookBack)
        return true
    }

    /// What is known of an order.
    private struct Known {
        let user: UserID
        let provider: ProviderID
        let state: OrderState
        let status: String?
        let startCount: Int64?
        let remains: Int64?
    }

    private func look(_ order: OrderID) throws -> Known? {
        known.bind(1, order.rawValue)
        return try known.first { row in
            Known(
                user: UserID(rawValue: row.text(0)!)!, provider: ProviderID(row.integer(1)!),
                state: OrderState(rawValue: row.text(2)!)!, status: row.text(3),
                startCount: row.integer(4), remains: row.integer(5))
        }
    }

    /// Keeps the provider's words, and that the user is to be told where they are new.
    private func note(_ news: StatusNews, of known: Known) throws {
        let status = news.status ?? known.status
        let startCount = news.startCount ?? known.startCount
        let remains = news.remains ?? known.remains
        guard
            (status, startCount, remains) != (known.status, known.startCount, known.remains)
        else { return try setDue(news.order, news.askAgain) }
        words.bind(1, news.order.rawValue)
        words.bind(2, status)
        words.bind(3, startCount)
        words.bind(4, remains)
        words.bind(5, now.milliseconds)
        words.bind(6, news.askAgain.milliseconds)
        try words.run()
        try Changes.note(db, known.user, .order, news.order.rawValue)
    }

    private func setDue(_ order: OrderID, _ moment: Timestamp?) throws {
        due.bind(1, order.rawValue)
        due.bind(2, moment?.milliseconds)
        try due.run()
    }
}
