import HTTPTypes
import Serving
import StrictJSON

/// Why a call has not what it asked for: a closed list, documented in `docs/resellers.md` with what
/// to do about each.
enum DoorError: Error {
    case malformed(String)
    case digestMismatch(String)
    case badQuery(String)
    case unknownKey
    case notAllowed(String)
    case userBanned
    case notFound(String)
    case methodNotAllowed([HTTPRequest.Method])
    case tooSlow(String)
    case nameTaken(sha256: String, receivedAt: String?, receipt: String)
    case lengthRequired
    case tooLarge(String)
    case unsupportedType(String)
    case rangeNotSatisfiable(length: Int64)
    case expectationFailed
    case badName(String)
    case emptyBody
    case notAnObject
    case tooManyRequests(String, retryAfter: Int)
    case headTooLarge
    case unexpected
    case notImplemented
    case busy(String, retryAfter: Int)
    case notTakenInTime
    case noRoom
}

extension DoorError {
    /// What scripts test. Each stands in `docs/resellers.md`, with its status.
    enum Code: String, CaseIterable {
        case malformed, digest_mismatch, bad_query, unknown_key, not_allowed, user_banned, not_found
        case method_not_allowed, too_slow, name_taken, length_required, too_large, unsupported_type
        case range_not_satisfiable, expectation_failed, bad_name, empty_body, not_an_object
        case too_many_requests, head_too_large, unexpected, not_implemented, busy
        case not_taken_in_time, no_room
    }

    var code: Code {
        switch self {
        case .malformed: .malformed
        case .digestMismatch: .digest_mismatch
        case .badQuery: .bad_query
        case .unknownKey: .unknown_key
        case .notAllowed: .not_allowed
        case .userBanned: .user_banned
        case .notFound: .not_found
        case .methodNotAllowed: .method_not_allowed
        case .tooSlow: .too_slow
        case .nameTaken: .name_taken
        case .lengthRequired: .length_required
        case .tooLarge: .too_large
        case .unsupportedType: .unsupported_type
        case .rangeNotSatisfiable: .range_not_satisfiable
        case .expectationFailed: .expectation_failed
        case .badName: .bad_name
        case .emptyBody: .empty_body
        case .notAnObject: .not_an_object
        case .tooManyRequests: .too_many_requests
        case .headTooLarge: .head_too_large
        case .unexpected: .unexpected
        case .notImplemented: .not_implemented
        case .busy: .busy
        case .notTakenInTime: .not_taken_in_time
        case .noRoom: .no_room
        }
    }

    var message: String {
        switch self {
        case .malformed(let reason): "The request cannot be read: \(reason). Correct the client."
        case .digestMismatch(let field):
            "The body is not the one that \(field) names. Nothing was kept; send it again."
        case .badQuery(let reason): "\(reason) Correct the query."
        case .unknownKey:
            "There is no key, or it is not valid. Send Authorization: Bearer KEY, or X-API-Key."
        case .notAllowed(let reason): "\(reason) Ask the operator for a key that may."
        case .userBanned: "This account is banned. Ask the operator; nothing was taken."
        case .notFound(let what): "There is no \(what)."
        case .methodNotAllowed(let methods):
            "This path takes only \(methods.map(\.rawValue).joined(separator: ", "))."
        case .tooSlow(let what): "\(what) Nothing was taken; send it again."
        case .nameTaken(let digest, let moment, _):
            """
            This name belongs to a file with other bytes (SHA-256 \(digest)\
            \(moment.map { ", taken at \($0)" } ?? "")). Nothing was taken; give the new file a \
            name of its own, or send it to POST /v1/files, which names it.
            """
        case .lengthRequired: "The request has no Content-Length. Send the body with its length."
        case .tooLarge(let reason): "\(reason) Nothing was taken; split the file."
        case .unsupportedType(let reason): reason
        case .rangeNotSatisfiable(let length): "The file has \(length) bytes."
        case .expectationFailed: "Expect may only be 100-continue."
        case .badName(let reason): "\(reason) Nothing was taken; choose another name."
        case .emptyBody:
            "The body is empty. Send the file's bytes: curl -T FILE, or --data-binary @FILE."
        case .notAnObject:
            "The body does not begin with {. Send a batch file: one JSON object in UTF-8."
        case .tooManyRequests(let reason, _): reason
        case .headTooLarge: "The header fields are too long or too many. Send fewer."
        case .unexpected:
            "Something went wrong here. Ask again with the same bytes: nothing is taken twice."
        case .notImplemented: "The request is encoded in a way that is not known here."
        case .busy(let reason, _): reason
        case .notTakenInTime:
            "The order was not taken in time and was withdrawn: nothing happened. Send it again."
        case .noRoom: "There is no room on the disk now. Nothing was taken; send it again later."
        }
    }

    /// How many seconds to stay away; nil if waiting does not help.
    private var retryAfter: Int? {
        switch self {
        case .tooManyRequests(_, let seconds), .busy(_, let seconds): seconds
        case .notTakenInTime: 5
        case .noRoom: 60
        default: nil
        }
    }

    /// The answer in the envelope of all errors (doors.md §3).
    var answer: HTTPAnswer {
        var answer = HTTPAnswer.json(code.status) { json in
            json.key("error")
            json.beginObject()
            json.member("code", code.rawValue)
            json.member("message", message)
            if case .nameTaken(let digest, let moment, let receipt) = self {
                json.member("sha256", digest)
                json.member("received_at", moment)
                json.member("receipt", receipt)
            }
            json.endObject()
        }
        if let retryAfter { answer.fields[.retryAfter] = "\(retryAfter)" }
        switch self {
        case .unknownKey: answer.fields[.wwwAuthenticate] = "Bearer"
        case .rangeNotSatisfiable(let length): answer.fields[.contentRange] = "bytes */\(length)"
        case .methodNotAllowed(let methods):
            answer.fields[.allow] = methods.map(\.rawValue).joined(separator: ", ")
        default: break
        }
        return answer
    }
}

extension DoorError.Code {
    var status: HTTPResponse.Status {
        switch self {
        case .malformed, .digest_mismatch, .bad_query: .badRequest
        case .unknown_key: .unauthorized
        case .not_allowed, .user_banned: .forbidden
        case .not_found: .notFound
        case .method_not_allowed: .methodNotAllowed
        case .too_slow: .requestTimeout
        case .name_taken: .conflict
        case .length_required: .lengthRequired
        case .too_large: .contentTooLarge
        case .unsupported_type: .unsupportedMediaType
        case .range_not_satisfiable: .rangeNotSatisfiable
        case .expectation_failed: .expectationFailed
        case .bad_name, .empty_body, .not_an_object: .unprocessableContent
        case .too_many_requests: .tooManyRequests
        case .head_too_large: .requestHeaderFieldsTooLarge
        case .unexpected: .internalServerError
        case .not_implemented: .notImplemented
        case .busy, .not_taken_in_time: .serviceUnavailable
        case .no_room: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }
}

extension DoorError {
    /// The ledger cannot be read before the operator has done something.
    static let booksClosed = DoorError.busy(
        "The books are closed for a while. Ask again with the same bytes: nothing is taken twice.",
        retryAfter: 60)

    /// A refusal of the server in our words.
    init(_ refusal: ServingRefusal) {
        switch refusal {
        case .malformed(let reason): self = .malformed(reason)
        case .unknownPath: self = .notFound("such path; see /v1/openapi.json for the paths")
        case .wrongMethod(let allowed): self = .methodNotAllowed(allowed)
        case .slowHead, .slowBody: self = .tooSlow("\(refusal)")
        case .lengthMissing: self = .lengthRequired
        case .bodyTooLong: self = .tooLarge("\(refusal)")
        case .unknownExpectation: self = .expectationFailed
        case .tooManyCallsASecond(let seconds):
            self = .tooManyRequests("\(refusal)", retryAfter: seconds)
        case .tooManyCalls(ofKey: true), .tooManyConnections(ofAddress: true):
            self = .tooManyRequests("\(refusal)", retryAfter: 1)
        case .tooManyCalls, .tooManyConnections: self = .busy("\(refusal)", retryAfter: 1)
        case .headTooLong: self = .headTooLarge
        case .unknownTransferEncoding: self = .notImplemented
        case .clientLeft: self = .tooSlow("The client left.")
        }
    }
}
