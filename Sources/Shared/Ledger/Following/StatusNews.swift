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
    /// The order as it was when its provider was asked; nil if the caller did not read it.
    fileprivate var asked: FollowedOrder?

    package init(order: OrderID, askAgain: Timestamp) {
        self.order = order
        self.askAgain = askAgain
    }

    /// News about an order that was read to be asked about. Nearly always it is still as it was
    /// when they are recorded, and then it need not be read again.
    package init(about order: FollowedOrder, askAgain: Timestamp) {
        self.init(order: order.id, askAgain: askAgain)
        asked = order
    }
}

extension StatusNews {
    /// Whether nothing but the provider's words and the due date changes.
    fileprivate var isPlain: Bool {
        settlement == nil && !isLookBack && exception == nil && remarks.isEmpty
    }
}

/// What a provider reports about an order, by the ledger.
private struct ReportedFigures: Equatable {
    var status: String?
    var startCount: Int64?
    var remains: Int64?

    /// These with what is said anew.
    func with(_ news: StatusNews) -> ReportedFigures {
        ReportedFigures(
            status: news.status ?? status, startCount: news.startCount ?? startCount,
            remains: news.remains ?? remains)
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
    private let lastWords: any Statement
    private let due: any Statement
    private let wordsAsAsked: any Statement
    private let dueAsAsked: any Statement
    private let change: any Statement

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
        lastWords = try db.statement(
            "UPDATE orders SET status = ?2, start_count = ?3, remains = ?4 WHERE id = ?1")
        due = try db.statement("UPDATE orders SET due_at = ?2 WHERE id = ?1")
        let asAsked = """
            WHERE id = ?1 AND state = 'placed' AND status IS ?2 AND start_count IS ?3
                AND remains IS ?4
            """
        wordsAsAsked = try db.statement(
            """
            UPDATE orders SET due_at = ?5, status = ?6, start_count = ?7, remains = ?8,
                changed_at = ?9
            \(asAsked)
            """)
        dueAsAsked = try db.statement("UPDATE orders SET due_at = ?5 \(asAsked)")
        change = try Changes.insertion(db)
    }

    /// Records what is new about an order.
    ///
    /// - Returns: whether the order ended.
    /// - Throws: `StoreError`, `MoneyError`.
    func record(_ news: StatusNews) throws -> Bool {
        if news.isPlain, let asked = news.asked, try note(news, about: asked) { return false }
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
        guard let settlement = news.settlement else {
            try note(news, since: known)
            return false
        }
        let report = known.report.with(news)
        if report != known.report { try bind(report, of: news.order, to: lastWords, from: 2).run() }
        guard let order = try OrderRow.fetch(db, news.order) else { return false }
        // This also moves its due date, and notes the change for the user.
        try OrderMoves(db, postings, at: now).settle(
            order, as: settlement, charged: news.charged, lookBack: news.lookBack)
        return true
    }

    /// Keeps the provider's words and the due date of an order that is still as it was when its
    /// provider was asked, and notes a change for the user if the words are new: one statement, or
    /// two.
    ///
    /// - Returns: false if the order has changed since. Nothing was written then.
    private func note(_ news: StatusNews, about asked: FollowedOrder) throws -> Bool {
        let seen = ReportedFigures(
            status: asked.status, startCount: asked.startCount, remains: asked.remains)
        let report = seen.with(news)
        let isNew = report != seen
        let update = bind(seen, of: news.order, to: isNew ? wordsAsAsked : dueAsAsked, from: 2)
        update.bind(5, news.askAgain)
        if isNew {
            bind(report, of: news.order, to: update, from: 6).bind(9, now)
        }
        guard try update.run() > 0 else { return false }
        if isNew { try change.bound(to: asked.user, Changes.Kind.order, news.order).run() }
        return true
    }

    /// What a provider last reported about an order. Most answers move nothing, so they need no
    /// more of it than this; an order that ends is read as an `OrderRow`.
    private struct LastReport {
        let user: UserID
        let provider: ProviderID
        let state: OrderState
        let report: ReportedFigures

        init(_ row: Row) throws {
            user = try row[0]
            provider = try row[1]
            state = try row[2]
            report = ReportedFigures(
                status: try row[3], startCount: try row[4], remains: try row[5])
        }
    }

    private func lastReport(of order: OrderID) throws -> LastReport? {
        known.bind(1, order)
        return try known.first(LastReport.init)
    }

    /// Keeps the provider's words, and notes a change for the user if they are new.
    private func note(_ news: StatusNews, since known: LastReport) throws {
        let report = known.report.with(news)
        guard report != known.report else { return try setDue(news.order, news.askAgain) }
        bind(report, of: news.order, to: words, from: 2)
        words.bind(5, now)
        words.bind(6, news.askAgain)
        try words.run()
        try change.bound(to: known.user, Changes.Kind.order, news.order).run()
    }

    @discardableResult
    private func bind(
        _ report: ReportedFigures, of order: OrderID, to statement: any Statement, from first: Int
    ) -> any Statement {
        statement.bind(1, order)
        statement.bind(first, report.status)
        statement.bind(first + 1, report.startCount)
        statement.bind(first + 2, report.remains)
        return statement
    }

    private func setDue(_ order: OrderID, _ moment: Timestamp?) throws {
        due.bind(1, order)
        due.bind(2, moment)
        try due.run()
    }
}
