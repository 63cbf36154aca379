import Money
import Tables
import Timestamps

/// Everything the ledger knows about one order, for a person who asks about it.
package struct OrderHistory: Sendable {
    /// Its filled columns, in words.
    package let facts: [Fact]
    /// What happened to it, the oldest first.
    package let events: [Event]

    package struct Fact: Sendable {
        package let name: String
        package let text: String
    }

    package struct Event: Sendable {
        package let at: Timestamp
        /// `attempt`, `hold`, `exception` …
        package let kind: String
        package let text: String
    }
}

extension Ledger {
    /// Nil if there is no such order.
    package func history(of order: OrderID) throws -> OrderHistory? {
        try read { db in
            guard let facts = try Self.facts(of: order, db) else { return nil }
            return OrderHistory(facts: facts, events: try Self.events(of: order, db))
        }
    }

    private static func facts(
        of order: OrderID, _ db: any Connection
    ) throws -> [OrderHistory.Fact]? {
        try db.first(
            """
            SELECT o.user_id AS user, o.ref, f.name AS file, o.line,
                o.service_id AS service, s.name AS service_name, o.bought_service_id AS bought_as,
                o.link, o.quantity, o.billed_units AS billed_units, o.parameters, o.state, o.status,
                p.name AS provider, o.provider_order, o.start_count, o.remains,
                o.charge AS "charge$", o.refunded AS "refunded$", o.cost AS "cost$",
                o.created_at AS "taken@", o.due_at AS "due@", o.placed_at AS "placed@",
                o.changed_at AS "last_change@", o.ended_at AS "ended@"
            FROM orders o
                JOIN files f ON f.id = o.file_id
                LEFT JOIN services s ON s.id = o.service_id
                LEFT JOIN providers p ON p.id = o.provider_id
            WHERE o.id = \(order)
            """
        ) { row in
            try row.names.enumerated().compactMap { column, name in
                try fact(name, row[column])
            }
        }
    }

    /// Nil for a column that is not filled. The mark at a name's end says what its number counts.
    private static func fact(_ name: String, _ value: SQLValue) -> OrderHistory.Fact? {
        switch (value, name.last) {
        case (.null, _):
            nil
        case (.integer(let micros), "$"):
            OrderHistory.Fact(name: String(name.dropLast()), text: "\(Amount(micros: micros))")
        case (.integer(let moment), "@"):
            OrderHistory.Fact(
                name: String(name.dropLast()), text: "\(Timestamp(milliseconds: moment))")
        case (.integer(let number), _):
            OrderHistory.Fact(name: name, text: "\(number)")
        case (.text(let text), _):
            OrderHistory.Fact(name: name, text: text)
        }
    }

    private static func events(
        of order: OrderID, _ db: any Connection
    ) throws -> [OrderHistory.Event] {
        let statement = try db.statement(events).bound(to: order)
        var found: [OrderHistory.Event] = []
        while try statement.step() {
            let row = statement.row
            found.append(
                OrderHistory.Event(at: try row[0], kind: try row[1], text: try row[2] ?? ""))
        }
        return found
    }

    private static let events = """
        SELECT a.started_at AS at, 'attempt' AS kind,
            a.number || ' at ' || p.name || ': ' || coalesce(a.outcome, 'not known yet')
                || coalesce(': ' || a.evidence, '') AS text
        FROM attempts a JOIN providers p ON p.id = a.provider_id WHERE a.order_id = ?1
        UNION ALL
        SELECT created_at, type, printf('%d.%06d', amount / 1000000, amount % 1000000)
            || coalesce(' (' || metadata || ')', '')
        FROM transactions
        -- No index leads from an order to its movements, but none is older than its hold.
        WHERE id >= (SELECT id FROM transactions
                     WHERE reference = \(PostingReference.sql(.hold, of: "?1")))
            AND order_id = ?1
        UNION ALL
        SELECT at, 'exception', kind || ': ' || detail FROM exceptions WHERE order_id = ?1
        UNION ALL
        SELECT created_at, 'decision', outcome || coalesce(' ' || provider_order, '') || ' by '
            || person || ', ' || state || coalesce(': ' || note, '')
        FROM decisions WHERE order_id = ?1
        UNION ALL
        SELECT created_at, kind, ref || ': ' || coalesce(status, state) FROM requests
        WHERE order_id = ?1
        ORDER BY 1
        """
}
