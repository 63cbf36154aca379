import LoopbackProvider
import Synchronization
import TestHouse

/// A provider's list of services, which a test changes between the runs of `poll`.
final class Shelf: Sendable {
    /// The rows by the provider's ids, in their order; `nil` rates are left out.
    private let rows = Mutex<[Row]>([])

    struct Row {
        var id: String
        var rate = #""1""#
        var type = "Default"
        var bounds = #""min":10,"max":1000"#
        var name = "Likes"

        var text: String {
            #"{"service":"\#(id)","name":"\#(name)","type":"\#(type)","category":"X","#
                + #""rate":\#(rate),\#(bounds)}"#
        }
    }

    /// A house that knows nothing but this list.
    func house(
        currency: String = "USD", also: String = "", _ body: (House) throws -> Void
    ) throws {
        try withHouse(currency: currency, also: also) { [self] _ in
            .reply("[\(rows.withLock { $0.map(\.text).joined(separator: ",") })]")
        } _: { house, _ in
            try body(house)
        }
    }

    /// Puts these on the list, and nothing else. Service 101 is known since the house was made.
    func list(_ ids: some Sequence<Int>) {
        list(ids.map { Row(id: "\($0)") })
    }

    func list(_ rows: [Row]) {
        self.rows.withLock { $0 = rows }
    }

    /// Changes a row.
    func change(_ id: Int, _ change: @Sendable (inout Row) -> Void) {
        rows.withLock { rows in
            for index in rows.indices where rows[index].id == "\(id)" { change(&rows[index]) }
        }
    }
}

extension House {
    /// The changes of the catalogue since the last call with `since`, without time and provider.
    func catalogueChanges(since last: Int = 0) throws -> [String] {
        try table(
            """
            SELECT service_id, kind, field, before, after FROM catalogue_changes
            WHERE id > \(last) ORDER BY id
            """)
    }

    /// The services, and how each is sold.
    func shelf() throws -> [String] {
        try table("SELECT id, rate, sale_rate, enabled, withheld FROM services ORDER BY id")
    }

    /// The exceptions that are about no order.
    func alerts() throws -> [String] {
        try table("SELECT kind, detail FROM exceptions WHERE order_id IS NULL ORDER BY id")
    }
}
