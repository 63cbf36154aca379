import TestHouse

extension Recomputation {
    /// The charge of an order, and the part refunded, by the transactions.
    private func charge(_ order: Row) -> Int64 {
        moved(["hold"]) { $0["order_id"] as Int64? == order["id"] as Int64 }
    }

    private func refunded(_ order: Row) -> Int64 {
        moved(["release", "refund"]) { $0["order_id"] as Int64? == order["id"] as Int64 }
    }

    private func cost(_ order: Row) -> Int64 { order["cost"] }

    /// The charge of an order that no provider has yet.
    private func unsent(_ order: Row) -> Int64 {
        ["accepted", "sending", "in_doubt"].contains(order["state"] as String) ? charge(order) : 0
    }

    private func profit(_ order: Row) -> Int64 {
        charge(order) - unsent(order) - refunded(order) - cost(order)
    }

    private func sum(_ orders: [Row], _ amount: (Row) -> Int64) -> String {
        Cell.amount(orders.reduce(0) { $0 + amount($1) })
    }

    var orders: [[String]] {
        byID("orders").map { order in
            let service: Int64 = order["service_id"]
            return [
                Cell.integer(order["id"]), Cell.text(order["user_id"]), Cell.text(order["ref"]),
                Cell.integer(service), text("name", of: "sales", order["sale_id"]),
                text("type", of: "sales", order["sale_id"]), Cell.text(order["link"]),
                Cell.integer(order["quantity"] ?? order["billed_units"]),
                Cell.amount(charge(order)), Cell.amount(refunded(order)),
                Cell.amount(cost(order)), Cell.amount(profit(order)), currency,
                text("name", of: "providers", order["provider_id"]),
                Cell.text(order["provider_order"]), Cell.text(order["state"]),
                Cell.integer(order["start_count"]), Cell.integer(order["remains"]),
                Cell.time(order["created_at"]), Cell.time(order["placed_at"]),
                Cell.time(order["ended_at"]),
            ]
        }
    }

    var inDoubt: [[String]] {
        byID("orders").filter { $0["state"] as String? == "in_doubt" }.map { order in
            let attempt = tables["attempts"]!.first {
                $0["order_id"] as Int64? == order["id"] as Int64
                    && $0["outcome"] as String? == "unknown"
            }!
            return [
                Cell.integer(order["id"]), Cell.text(order["user_id"]),
                Cell.amount(charge(order)), text("name", of: "providers", attempt["provider_id"]),
                Cell.integer(attempt["number"]), Cell.time(attempt["started_at"]),
                Cell.text(attempt["evidence"]),
            ]
        }
    }

    /// Nothing is stuck as long as no placed order is a day old.
    var stuck: [[String]] { [] }

    var byService: [[String]] {
        breakdown { Cell.integer($0["service_id"]) }.sorted { Int64($0[0])! < Int64($1[0])! }
    }

    var byProvider: [[String]] {
        breakdown { text("name", of: "providers", $0["provider_id"]) }.sorted { $0[0] < $1[0] }
    }

    var byUser: [[String]] {
        breakdown { Cell.text($0["user_id"]) }.sorted { $0[0] < $1[0] }
    }

    private func breakdown(by key: (Row) -> String) -> [[String]] {
        Dictionary(grouping: tables["orders"]!, by: key).map { key, orders in
            func count(_ state: String) -> String {
                String(orders.count { $0["state"] as String? == state })
            }
            return [
                key, String(orders.count), count("completed"), count("partial"),
                count("canceled"), count("refused"), count("in_doubt"), sum(orders, charge),
                sum(orders, refunded), sum(orders, cost), sum(orders, profit),
                averageMinutes(orders),
            ]
        }
    }

    /// From being placed to the end, of the completed ones; half a minute counts as one.
    func averageMinutes(_ orders: [Row]) -> String {
        let paces = orders.filter { $0["state"] as String? == "completed" }
            .map { ($0["ended_at"] as Int64) - ($0["placed_at"] as Int64) }
        guard !paces.isEmpty else { return "" }
        let average = Double(paces.reduce(0, +)) / Double(paces.count) / 60_000
        return String(Int64(average.rounded(.toNearestOrAwayFromZero)))
    }

    var daily: [[String]] {
        var days: [String: (orders: [Row], fees: Int64)] = [:]
        for order in tables["orders"]! {
            days[Cell.day(order["created_at"]), default: ([], 0)].orders.append(order)
        }
        for fee in tables["transactions"]! where fee["type"] as String? == "fee" {
            days[Cell.day(fee["created_at"]), default: ([], 0)].fees += fee["amount"] as Int64
        }
        return days.sorted { $0.key < $1.key }.map { day, found in
            [
                day, String(found.orders.count),
                String(found.orders.reduce(0) { $0 + ($1["billed_units"] as Int64) }),
                sum(found.orders, charge), sum(found.orders, refunded), sum(found.orders, cost),
                Cell.amount(found.fees),
                Cell.amount(found.orders.reduce(found.fees) { $0 + profit($1) }),
                sum(found.orders, unsent),
            ]
        }
    }
}
