extension ReportQuery {
    /// Every service that is or was on sale; `enabled` if somebody can serve it now.
    ///
    /// Cost and sale rate are in the house currency, `provider_rate` and `offered_rate` in the
    /// provider's. The percent is the one that made the sale rate; if `price` names the sale rate,
    /// it is the margin over cost (`PriceRule.profit`).
    static let services = ReportQuery(
        "services",
        [
            .integer("service"), .text("provider"), .text("provider_service"), .text("name"),
            .text("category"), .text("type"), .amount("cost_rate"), .amount("sale_rate"),
            .percent("profit_percent"), .integer("min"), .integer("max"), .flag("dripfeed"),
            .flag("refill"), .flag("cancel"), .flag("enabled"), .integer("average_minutes"),
            .amount("provider_rate"), .text("provider_currency"), .amount("offered_rate"),
            .amount("offered_sale_rate"), .text("withheld"), .text("fault"), .text("backups"),
        ],
        """
        WITH pace(service, minutes) AS (
            SELECT service_id, \(averageMinutes) FROM orders o GROUP BY service_id)
        SELECT s.id, p.name, s.provider_service, s.name, c.name, s.type, s.cost_rate, s.sale_rate,
            s.profit, s.min, s.max, s.dripfeed, s.refill, s.cancel,
            s.enabled AND \(Service.isServed), t.minutes,
            s.rate, p.currency, s.offered_rate, s.offered_sale_rate, s.withheld, s.fault,
            (SELECT group_concat(place, ' ') FROM (
                SELECT provider || ':' || provider_service AS place FROM service_backups
                WHERE service_id = s.id ORDER BY rank))
        FROM services s
            JOIN providers p ON p.id = s.provider_id
            JOIN categories c ON c.id = s.category_id
            LEFT JOIN pace t ON t.service = s.id
        ORDER BY s.id
        """)

    /// The changes that catalogues, refusals and the operator made in the services, the oldest
    /// first.
    static let catalogueChanges = ReportQuery(
        "catalogue-changes",
        [
            .time("at"), .text("provider"), .integer("service"), .text("provider_service"),
            .text("name"), .text("kind"), .text("field"), .text("before"), .text("after"),
        ],
        """
        SELECT c.at, p.name, c.service_id, s.provider_service, s.name, c.kind, c.field, c.before,
            c.after
        FROM catalogue_changes c
            JOIN providers p ON p.id = c.provider_id
            LEFT JOIN services s ON s.id = c.service_id
        WHERE c.at >= ?1 AND c.at < ?2
        ORDER BY c.id
        """)

    /// How providers stand now, in their currencies.
    ///
    /// The balance is the one that a provider named at `balance_at`, the expected balance the one
    /// that our books had then, and the drift is the difference. The drift is empty until a top-up
    /// is booked, because nobody knows it before. Errors are those of the last 24 hours, by the
    /// hour. A provider that is paused, or said "not now", gets no order until `paused_until`.
    static let providers = ReportQuery(
        "providers",
        [
            .text("provider"), .text("state"), .amount("balance"), .amount("expected_balance"),
            .amount("drift"), .text("currency"), .integer("open_orders"), .integer("in_doubt"),
            .integer("errors_24h"), .time("last_answer_at"), .time("paused_until"), .text("reason"),
            .time("balance_at"),
        ],
        """
        WITH open(provider, orders, doubts) AS (
            SELECT provider_id, count(*), count(*) FILTER (WHERE state = 'in_doubt') FROM orders
            WHERE ended_at IS NULL GROUP BY provider_id),
        failed(provider, errors) AS (
            SELECT provider_id, sum(errors) FROM provider_errors
            WHERE hour > ?3 / 3600000 - 24 AND hour <= ?3 / 3600000 GROUP BY provider_id)
        SELECT p.name, p.state, p.balance, coalesce(p.balance_expected, w.balance, 0),
            p.balance_drift, p.currency, coalesce(o.orders, 0),
            coalesce(o.doubts, 0), coalesce(f.errors, 0), p.last_answer_at,
            CASE WHEN p.state = 'paused' THEN p.paused_until
                WHEN p.state = 'active' AND p.throttled_until > ?3 THEN p.throttled_until END,
            CASE WHEN \(Provider.hasOtherCurrency)
                    THEN 'it names ' || coalesce(p.balance_currency, p.status_currency)
                        || ', another currency than is configured: nothing is sold, '
                        || 'no order is sent'
                WHEN p.state = 'paused' THEN p.pause_reason
                WHEN p.state = 'active' AND p.throttled_until > ?3 THEN 'it said "not now"'
                WHEN p.balance IS NOT NULL AND p.balance_drift IS NULL
                    THEN 'its drift is unknown until a top-up is booked (desk file, topups)' END,
            p.balance_at
        FROM providers p
            LEFT JOIN wallets w ON w.provider_id = p.id AND w.name = 'float'
                AND w.currency = p.currency
            LEFT JOIN open o ON o.provider = p.id
            LEFT JOIN failed f ON f.provider = p.id
        ORDER BY p.name
        """)

    /// Everything that contradicts our books or needs a person (`ExceptionKind`). Something that a
    /// provider does with order after order is reported once a day, with the first order;
    /// `occurrences` counts them.
    static let exceptions = ReportQuery(
        "exceptions",
        [
            .time("at"), .text("kind"), .integer("order"), .text("provider"), .text("detail"),
            .integer("occurrences"),
        ],
        """
        SELECT e.at, e.kind, e.order_id, p.name, e.detail, e.occurrences
        FROM exceptions e LEFT JOIN providers p ON p.id = e.provider_id
        WHERE e.at >= ?1 AND e.at < ?2
        ORDER BY e.id
        """)
}
