import Accounts
import Doors
import HTTPTypes
import Ledger
import Run
import Serving
import Settings
import Spool
import StrictJSON
import Timestamps
import Trade

// Orders: POST /v1/orders, GET /v1/orders, GET /v1/orders/{id}.
extension UploadCalls {
    var orderCalls: [DoorRoute] { [postOrders, listOrders, showOrder] }

    private var postOrders: DoorRoute {
        DoorRoute(
            route: Route(
                .post, "/v1/orders", body: .streamed(upTo: settings.maxBodyBytes)
            ) { call in
                let caller = try gate.admitReseller(call, [.orders])
                _ = try call.query()
                let digests = try ExpectedDigests(call.fields)
                try checkForm(of: call)
                return Admission(
                    holder: caller.owner.name, meter: caller.meter, room: checkRoom
                ) { body in
                    try await order(try await receive(body, digests), caller)
                }
            },
            about: .init(
                summary: "Have a batch taken at once, and answer its receipt.", scopes: [.orders],
                body: .init(shape: .named(.batch)),
                answers: [
                    200: .json([.receipt], "The receipt."),
                    202: .json([.waiting], "Taken, and the receipt is not there yet."),
                    422: .json([.receipt], "The receipt of a batch that was refused whole."),
                ],
                errors: [
                    .malformed, .digest_mismatch, .bad_query, .unknown_key, .not_allowed,
                    .user_banned, .too_slow, .length_required, .too_large, .unsupported_type,
                    .empty_body, .not_an_object, .too_many_requests, .not_taken_in_time, .no_room,
                ]))
    }

    /// Drops a batch, and waits for its receipt. A batch that is late is withdrawn.
    private func order(_ file: StagedFile, _ caller: Caller) async throws -> HTTPAnswer {
        let name = FileNameRule.orders(file.digest)
        let outcome = try await doors.drop(file, as: name, of: caller.owner)
        figures.count(outcome)
        let (dropped, isNew) = try taken(outcome, name)
        var answer: HTTPAnswer
        switch try await doors.receipt(
            of: dropped, within: .seconds(settings.waitSeconds), takesBack: true)
        {
        case .known(let receipt):
            let isRefused = receipt.status == "rejected" && receipt.reason != nil
            answer = .json(isRefused ? .unprocessableContent : .ok, receipt.bytes)
        case .withdrawn: throw DoorError.notTakenInTime
        case .taken:
            answer = .json(.accepted) { json in
                json.member("receipt", Self.receiptPath(of: name))
                json.member("next_ingest", nextIngest.map { "\($0)" })
            }
        }
        if !isNew { answer.fields[.idempotencyReplayed] = "true" }
        return answer
    }

    private var listOrders: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/orders",
                admit: admitting([.read]) { call, caller in
                    let query = try call.query("ref", "state", "since", "limit", "cursor")
                    let user = try caller.user
                    let page = try OrderPage(query)
                    if let ref = query["ref"] {
                        let order = try doors.ledger.read { ledger in
                            try ledger.show(user) { try $0.order(ref: ref) }
                        }
                        return .json(.ok) { Self.write([order].compactMap(\.self), nil, &$0) }
                    }
                    let orders = try doors.ledger.read { ledger in
                        try ledger.show(user) {
                            try $0.orders(
                                after: page.cursor, page.status, since: page.since,
                                limit: page.limit)
                        }
                    }
                    return .json(.ok) { Self.write(orders.orders, orders.next, &$0) }
                }),
            about: .init(
                summary: "List own orders by number, a page at a time.", scopes: [.read],
                parameters: OrderPage.parameters,
                answers: [
                    200: .json([.orders], "The orders, and next_cursor if there may be more.")
                ],
                errors: [.bad_query, .unknown_key, .not_allowed, .user_banned, .too_many_requests]))
    }

    private var showOrder: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/orders/{id}",
                admit: admitting([.read]) { call, caller in
                    _ = try call.query()
                    let user = try caller.user
                    let text = call.parameters["id"] ?? ""
                    let found = try Int64(text).flatMap { id in
                        try doors.ledger.read { ledger in
                            try ledger.show(user) { try $0.order(OrderID(id)) }
                        }
                    }
                    guard let found else { throw DoorError.notFound("order of that number") }
                    return .json(.ok) { found.writeMembers(&$0) }
                }),
            about: .init(
                summary: "Show one of the own orders.", scopes: [.read],
                parameters: [.init("id", .integer(1...Int64.max), "The order's number.")],
                answers: [200: .json([.order], "The order.")],
                errors: [
                    .bad_query, .unknown_key, .not_allowed, .user_banned, .not_found,
                    .too_many_requests,
                ]))
    }

    private static func write(_ orders: [OwnOrder], _ next: OrderID?, _ json: inout JSONWriter) {
        json.key("orders")
        json.beginArray()
        for order in orders {
            json.beginObject()
            order.writeMembers(&json)
            json.endObject()
        }
        json.endArray()
        json.member("next_cursor", next?.rawValue)
    }
}

extension OwnOrder {
    /// Writes the order as status files do, and what was ordered.
    fileprivate func writeMembers(_ json: inout JSONWriter) {
        json.member("order", id.rawValue)
        json.member("ref", ref)
        json.member("status", status.word)
        json.member("start_count", startCount)
        json.member("remains", remains)
        json.member("charge", "\(charge)")
        json.member("refunded", "\(refunded)")
        json.member("service", service.rawValue)
        json.member("link", link)
        json.member("quantity", quantity)
    }
}
