extension ReportQuery {
    /// Orders by the moment they were taken, with their service as it was sold.
    ///
    /// `quantity` is the billed units if the order has no quantity; `status` is the ledger's state.
    /// Profit = charge − refunded − cost: an estimate while the order is with a provider, and 0
    /// before that.
    static let orders = ReportQuery(
        "orders",
        [
            .integer("order"), .text("user"), .text("ref"), .integer("service"),
            .text("service_name"), .text("type"), .text("link"), .integer("quantity"),
            .amount("charge"), .amount("refunded"), .amount("cost"), .amount("profit"),
            .text("currency"), .text("provider"), .text("provider_order"), .text("status"),
            .integer("start_count"), .integer("remains"), .time("created_at"), .time("placed_at"),
            .time("ended_at"),
        ],
        """
        SELECT o.id, o.user_id, o.ref, o.service_id, t.name, t.type, o.link,
            coalesce(o.quantity, o.billed_units), o.charge, o.refunded, o.cost,
            o.charge - \(unsent) - o.refunded - o.cost, ?4, p.name, o.provider_order, o.state,
            o.start_count, o.remains, o.created_at, o.placed_at, o.ended_at
        FROM orders o
            LEFT JOIN sales t ON t.id = o.sale_id
            LEFT JOIN providers p ON p.id = o.provider_id
        WHERE o.created_at >= ?1 AND o.created_at < ?2
        ORDER BY o.id
        """)

    /// Orders in doubt: nobody knows whether a provider has them. Each has the known facts about
    /// its attempt, and the last decision.
    static let inDoubt = ReportQuery(
        "in-doubt",
        [
            .integer("order"), .text("user"), .amount("charge"), .text("provider"),
            .integer("attempt"), .time("sent_at"), .text("evidence"), .integer("age_hours"),
            .text("decision"),
        ],
        """
        SELECT o.id, o.user_id, o.charge, p.name, a.number, a.started_at, a.evidence,
            (?3 - a.started_at) / 3600000,
            (SELECT d.outcome || coalesce(' ' || d.provider_order, '') || ' by ' || d.person || ', '
                    || d.state || coalesce(': ' || d.note, '')
                FROM decisions d WHERE d.order_id = o.id ORDER BY d.id DESC LIMIT 1)
        FROM orders o
            JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
            JOIN providers p ON p.id = a.provider_id
        WHERE o.state = 'in_doubt'
        ORDER BY o.id
        """)

    /// How long a provider may say nothing new about an order before the order is stuck, in hours.
    package static let stuckAfterHours: Int64 = 24

    /// Orders whose provider has said nothing new about them for `stuckAfterHours`; `status` is its
    /// last word.
    static let stuck = ReportQuery(
        "stuck",
        [
            .integer("order"), .text("user"), .integer("service"), .text("provider"),
            .text("provider_order"), .text("status"), .time("placed_at"), .time("last_change_at"),
            .integer("hours_without_change"),
        ],
        """
        SELECT o.id, o.user_id, o.service_id, p.name, o.provider_order, o.status, o.placed_at,
            o.changed_at, (?3 - o.changed_at) / 3600000
        FROM orders o JOIN providers p ON p.id = o.provider_id
        WHERE o.state = 'placed' AND (?3 - o.changed_at) / 3600000 >= \(stuckAfterHours)
        ORDER BY o.id
        """)

    /// Refills and cancels that resellers asked for. The later of asking and end decides whether a
    /// request falls in the period. `state` is ours: accepted (not sent yet), sending, sent, ended;
    /// `status` is the trade's word.
    static let requests = ReportQuery(
        "requests",
        [
            .text("user"), .text("ref"), .text("kind"), .integer("order"), .text("provider"),
            .text("provider_order"), .text("provider_request"), .text("state"), .text("status"),
            .time("asked_at"), .time("ended_at"),
        ],
        """
        SELECT r.user_id, r.ref, r.kind, r.order_id, p.name, o.provider_order, r.provider_request,
            r.state, r.status, r.created_at, r.ended_at
        FROM requests r
            JOIN orders o ON o.id = r.order_id
            LEFT JOIN providers p ON p.id = o.provider_id
        WHERE coalesce(r.ended_at, r.created_at) >= ?1
            AND coalesce(r.ended_at, r.created_at) < ?2
        ORDER BY r.id
        """)

    /// People's decisions about orders in doubt, and their results: pending, believed, contradicted
    /// or replaced. The later of decision and end decides whether a decision falls in the period.
    static let decisions = ReportQuery(
        "decisions",
        [
            .integer("order"), .text("outcome"), .text("provider_order"), .text("by"),
            .text("state"), .text("note"), .time("decided_at"), .time("ended_at"), .text("file"),
        ],
        """
        SELECT d.order_id, d.outcome, d.provider_order, d.person, d.state, d.note, d.created_at,
            d.ended_at, f.name
        FROM decisions d JOIN files f ON f.id = d.file_id
        WHERE coalesce(d.ended_at, d.created_at) >= ?1
            AND coalesce(d.ended_at, d.created_at) < ?2
        ORDER BY d.id
        """)
}
