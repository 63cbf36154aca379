import Accounts
import Doors
import HTTPTypes
import Serving
import Spool
import StrictJSON

// Receipts: GET /v1/receipts/{name}.
extension UploadCalls {
    var receiptCalls: [DoorRoute] {
        [
            DoorRoute(
                route: Route(
                    .get, "/v1/receipts/{name}",
                    admit: admitting([.read, .files, .orders]) { call, caller in
                        _ = try call.query()
                        let asked = call.parameters["name"] ?? ""
                        guard let name = FileNameRule.read(asked),
                            let receipt = try doors.receipt(named: name, of: caller.owner)
                        else { throw DoorError.notFound("file of that name") }
                        guard case .known(let rendered) = receipt else {
                            return .json(.accepted) { json in
                                json.member("file", name)
                                json.member("receipt", Self.receiptPath(of: name))
                                json.member("next_ingest", nextIngest.map { "\($0)" })
                            }
                        }
                        return .json(.ok, rendered.bytes)
                    }),
                about: .init(
                    summary: "Read the receipt of a file, by the file's name.",
                    scopes: [.read, .files, .orders],
                    parameters: [
                        .init(
                            "name", .text(pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$"),
                            "The file's name, with .json or without.")
                    ],
                    answers: [
                        200: .json([.receipt], "The receipt."),
                        202: .json([.waiting], "The file waits to be taken."),
                    ],
                    errors: [
                        .bad_query, .unknown_key, .not_allowed, .user_banned, .not_found,
                        .too_many_requests,
                    ]))
        ]
    }
}
