import GRDB
import Money
import Tables
import Timestamps

/// All that the ledger knows of one order, for a person who asks what became of it.
package struct OrderHistory: Sendable {
    /// Its columns that are filled, in words.
    package let facts: [Fact]
    /// What happened to it, in the order of time.
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
    /// Nil where there is no such order.
    package func history(of order: OrderID) throws -> OrderHistory? {
        try read { db in
            guard let facts = try Self.facts(of: order, db) else { return nil }
            let events = try GRDB.Row.fetchAll(
                db.grdb, sql: Self.events, arguments: ["order": order]
            ).map {
                OrderHistory.Event(at: $0["at"], kind: $0["kind"], text: $0["text"] ?? "")
            }
            return OrderHistory(facts: facts, events: events)
        }
    }

    private static func facts(of order: OrderID, _ db: any Connection) throws -> [OrderHistory
        .Fact]?
    {
        let row = try GRDB.Row.fetchOne(
            db.grdb,
            sql: """
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
                WHERE o.id = ?
                """, arguments: [order])
        guard let row else { return nil }
        return row.compactMap { column, value in
            guard !value.isNull else { return nil }
            // The mark at a name's end says what its number counts.
            switch column.last {
            case "$":
                return OrderHistory.Fact(
                    name: String(column.dropLast()), text: "\(row[column] as Amount)")
            case "@":
                return OrderHistory.Fact(
                    name: String(column.dropLast()), text: "\(row[column] as Timestamp)")
            default:
                let number = Int64.fromDatabaseValue(value).map { "\($0)" }
                return OrderHistory.Fact(
                    name: column, text: number ?? String.fromDatabaseValue(value) ?? "")
            }
        }
    }

    private static let events = """
        SELECT a.started_at AS at, 'attempt' AS kind,
            a.number || ' at ' || p.name || ': ' || coalesce(a.outcome, 'not known yet')
                || coalesce(': ' || a.evidence, '') AS text
        FROM attempts a JOIN providers p ON p.id = a.provider_id WHERE a.order_id = :order
        UNION ALL
        SELECT created_at, type, printf('%d.%06d', amount / 1000000, amount % 1000000)
            || coalesce(' (' || metadata || ')', '')
        FROM transactions
        -- No index leads from an order to its movements, but none is older than its hold.
        WHERE id >= (SELECT id FROM transactions WHERE reference = 'hold:' || :order)
            AND order_id = :order
        UNION ALL
        SELECT at, 'exception', kind || ': ' || detail FROM exceptions WHERE order_id = :order
        UNION ALL
        SELECT created_at, 'decision', outcome || coalesce(' ' || provider_order, '') || ' by '
            || person || ', ' || state || coalesce(': ' || note, '')
        FROM decisions WHERE order_id = :order
        UNION ALL
        SELECT created_at, kind, ref || ': ' || coalesce(status, state) FROM requests
        WHERE order_id = :order
        ORDER BY 1
        """
}
