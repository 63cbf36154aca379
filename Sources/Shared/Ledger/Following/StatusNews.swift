import Money
import Tables
import Timestamps

/// What an answer, or the lack of one, says about a followed order.
package struct StatusNews: Sendable {
    package var order: OrderID
    /// The provider's word; nil leaves the one before.
    package var status: String?
    package var startCount: Int64?
    package var remains: Int64?
    /// When to ask again, always later than before. Means nothing beside a settlement.
    package var askAgain: Timestamp
    /// How the order ended, if it did.
    package var settlement: Settlement?
    /// The provider's charge for it, if the provider names one.
    package var charged: ProviderCharge?
    /// When to ask about the order once more after its end; nil: never.
    package var lookBack: Timestamp?
    /// Whether this was asked after the order's end: then it moves nothing.
    package var isLookBack = false
    /// What the operator should look at.
    package var exception: LedgerException?
    /// What the operator should know about the provider: reported once a day, with this order as
    /// the example.
    package var remarks: [LedgerException] = []

    package init(order: OrderID, askAgain: Timestamp) {
        self.order = order
        self.askAgain = askAgain
    }
}

extension Ledger {
    /// Records what the providers answered, and settles the orders that ended, in one commit.
    ///
    /// An order that is no longer `placed` stays as it is: an ended order never moves by itself.
    ///
    /// - Returns: how many orders ended.
    /// - Throws: `StoreError`, `LedgerError`, `MoneyError`.
    package func record(_ news: [StatusNews], at now: Timestamp) throws -> Int {
        try commit(at: now) { db, postings in
            let recording = try StatusRecording(db, postings, at: now)
            return try news.count(where: { try recording.record($0) })
        }
    }
}

/// Records news about orders within a commit. Its statements are prepared once and run for each
/// order.
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

    /// Records what is new about an order.
    ///
    /// - Returns: whether the order ended.
    /// - Throws: `StoreError`, `MoneyError`.
    func record(_ news: StatusNews) throws -> Bool {
        guard let known = try lastReport(of: news.order),
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
        try note(news, since: known)
        guard let settlement = news.settlement, let order = try OrderRow.fetch(db, news.order)
        else { return false }
        try OrderMoves(db, postings, at: now).settle(
            order, as: settlement, charged: news.charged, lookBack: news.lookBack)
        return true
    }

    /// What a provider last reported about an order. Most answers move nothing, so they need no
    /// more of it than this; an order that ends is read as an `OrderRow`.
    private struct LastReport {
        let user: UserID
        let provider: ProviderID
        let state: OrderState
        let status: String?
        let startCount: Int64?
        let remains: Int64?

        init(_ row: Row) throws {
            user = try row[0]
            provider = try row[1]
            state = try row[2]
            status = try row[3]
            startCount = try row[4]
            remains = try row[5]
        }
    }

    private func lastReport(of order: OrderID) throws -> LastReport? {
        known.bind(1, order)
        return try known.first(LastReport.init)
    }

    /// Keeps the provider's words, and notes a change for the user if they are new.
    private func note(_ news: StatusNews, since known: LastReport) throws {
        let status = news.status ?? known.status
        let startCount = news.startCount ?? known.startCount
        let remains = news.remains ?? known.remains
        guard
            (status, startCount, remains) != (known.status, known.startCount, known.remains)
        else { return try setDue(news.order, news.askAgain) }
        words.bind(1, news.order)
        words.bind(2, status)
        words.bind(3, startCount)
        words.bind(4, remains)
        words.bind(5, now)
        words.bind(6, news.askAgain)
        try words.run()
        try Changes.note(db, known.user, .order, news.order.rawValue)
    }

    private func setDue(_ order: OrderID, _ moment: Timestamp?) throws {
        due.bind(1, order)
        due.bind(2, moment)
        try due.run()
    }
}
