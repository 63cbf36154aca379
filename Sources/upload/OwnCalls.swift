import Accounts
import Doors
import HTTPTypes
import Ledger
import Money
import Run
import Serving
import Settings
import StrictJSON
import Trade

// What is a reseller's own: GET /v1/balance, GET /v1/services.
extension UploadCalls {
    var ownCalls: [DoorRoute] { [showBalance, listServices] }

    private var showBalance: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/balance",
                admit: admitting([.read]) { call, caller in
                    _ = try call.query()
                    let user = try caller.user
                    let balance = try doors.ledger.read { ledger in
                        try ledger.show(user) { try $0.balance() }
                    }
                    return .json(.ok) { json in
                        json.member("balance", "\(balance)")
                        json.member("currency", context.settings.currency.code)
                    }
                }),
            about: .init(
                summary: "Show what can be spent.", scopes: [.read],
                answers: [200: .json([.balance], "The balance and its currency.")],
                errors: [.bad_query, .unknown_key, .not_allowed, .user_banned, .too_many_requests]))
    }

    private var listServices: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/services",
                admit: admitting([.read]) { call, caller in
                    _ = try call.query()
                    let user = try caller.user
                    let least = context.settings.pricing.minProfitPercent
                    var offers: [Offer] = []
                    // Others wait for the ledger meanwhile, so that it is written later.
                    try doors.ledger.read { ledger in
                        try ledger.show(user) { view in
                            try view.forEachOffer(minProfit: least) { offers.append($0) }
                        }
                    }
                    return .json(.ok) { json in
                        json.member("services", 1)
                        json.member("currency", context.settings.currency.code)
                        json.key("list")
                        json.beginArray()
                        for offer in offers { offer.write(to: &json) }
                        json.endArray()
                    }
                }),
            about: .init(
                summary: "List what is on sale, at the caller's prices.", scopes: [.read],
                answers: [
                    200: .json([.services], "The price list, as services.json in the outbox.")
                ],
                errors: [.bad_query, .unknown_key, .not_allowed, .user_banned, .too_many_requests]))
    }
}

extension Offer {
    /// Writes the service as the price list in the outbox does.
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("service", service.rawValue)
        json.member("name", name)
        json.member("category", category)
        json.member("type", type.name)
        json.member("rate", "\(rate)")
        json.member("min", minimum)
        json.member("max", maximum)
        for (key, flag) in [("dripfeed", drips), ("refill", refills), ("cancel", cancels)] {
            json.key(key)
            json.bool(flag)
        }
        json.endObject()
    }
}
