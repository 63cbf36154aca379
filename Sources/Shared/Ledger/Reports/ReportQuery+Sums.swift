extension ReportQuery {
    /// The charge of an order `o` that no provider has yet. It has earned nothing, so it is no
    /// profit.
    static let unsent = """
        CASE WHEN o.state = 'accepted' OR o.state = 'sending' OR o.state = 'in_doubt'
            THEN o.charge ELSE 0 END
        """

    /// Sums by the UTC day on which orders were taken and fees were charged. Units are billed
    /// units; profit = charged − unsent − refunded − cost + fees.
    static let daily = ReportQuery(
        "daily",
        [
            .day("day"), .integer("orders"), .integer("units"), .amount("charged"),
            .amount("refunded"), .amount("cost"), .amount("fees"), .amount("profit"),
            .amount("unsent"),
        ],
        """
        WITH parts(day, orders, units, charged, refunded, cost, fees, unsent) AS (
            SELECT created_at / 86400000, count(*), sum(billed_units), sum(charge), sum(refunded),
                sum(cost), 0, sum(\(unsent))
            FROM orders o WHERE created_at >= ?1 AND created_at < ?2 GROUP BY 1
            UNION ALL
            SELECT t.created_at / 86400000, 0, 0, 0, 0, 0, sum(f.fee_amount), 0
            FROM transaction_fees f JOIN transactions t ON t.id = f.fee_transaction_id
            WHERE t.created_at >= ?1 AND t.created_at < ?2 GROUP BY 1)
        SELECT day, sum(orders), sum(units), sum(charged), sum(refunded), sum(cost), sum(fees),
            sum(charged - unsent - refunded - cost + fees), sum(unsent)
        FROM parts GROUP BY day ORDER BY day
        """)

    static let byService = breakdown("by-service", .integer("key"), of: "o.service_id")
    static let byUser = breakdown("by-user", .text("key"), of: "o.user_id")
    static let byProvider = breakdown(
        "by-provider", .text("key"), of: "o.provider_id",
        named: "(SELECT name FROM providers WHERE id = o.provider_id)")

    /// Sums over the orders taken in the period, by `expression`; keys without an order are left
    /// out. Profit is that of orders that a provider has or had.
    ///
    /// `open` counts the orders that are neither ended nor in doubt, so that the counts add up to
    /// `orders`; `held` is the charge of all that have not ended.
    private static func breakdown(
        _ name: String, _ key: ReportColumn, of expression: String, named: String? = nil
    ) -> ReportQuery {
        ReportQuery(
            name,
            [
                key, .integer("orders"), .integer("completed"), .integer("partial"),
                .integer("canceled"), .integer("refused"), .integer("in_doubt"),
                .amount("charged"), .amount("refunded"), .amount("cost"), .amount("profit"),
                .integer("average_minutes"), .integer("open"), .amount("held"),
            ],
            // The plus keeps SQLite from fetching the orders one by one in an index's order.
            """
            SELECT \(named ?? expression) AS key, count(*),
                \(count("o.state = 'completed'")), \(count("o.state = 'partial'")),
                \(count("o.state = 'canceled'")), \(count("o.state = 'refused'")),
                \(count("o.state = 'in_doubt'")), sum(o.charge), sum(o.refunded), sum(o.cost),
                sum(o.charge - \(unsent) - o.refunded - o.cost), \(averageMinutes),
                \(count("o.ended_at IS NULL AND o.state <> 'in_doubt'")),
                sum(CASE WHEN o.ended_at IS NULL THEN o.charge ELSE 0 END)
            FROM orders o
            WHERE o.created_at >= ?1 AND o.created_at < ?2
            GROUP BY +\(expression) ORDER BY key
            """)
    }

    private static func count(_ condition: String) -> String {
        "count(*) FILTER (WHERE \(condition))"
    }
}
