import HTTPTypes
import Serving
import StrictJSON

/// Why a call has not what it asked for: a code of a closed list, documented in `docs/resellers.md`
/// with what to do about each, and words for people.
struct DoorError: Error {
    let code: Code
    let message: String
    /// How many seconds to stay away; nil if waiting does not help.
    var retryAfter: Int?
    /// Fields of the answer's head.
    var fields: HTTPFields = [:]
    /// The file that has the name, if that is why.
    var earlier: (sha256: String, receivedAt: String?, receipt: String)?

    /// What scripts test. Each stands in `docs/resellers.md`, with its status.
    enum Code: String, CaseIterable {
        case malformed, digest_mismatch, bad_query, unknown_key, not_allowed, user_banned, not_found
        case method_not_allowed, too_slow, name_taken, length_required, too_large, unsupported_type
        case range_not_satisfiable, expectation_failed, bad_name, empty_body, not_an_object
        case too_many_requests, head_too_large, unexpected, not_implemented, busy
        case not_taken_in_time, no_room
    }

    init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The answer in the envelope of all errors (doors.md §3).
    var answer: HTTPAnswer {
        var answer = HTTPAnswer.json(code.status) { json in
            json.key("error")
            json.beginObject()
            json.member("code", code.rawValue)
            json.member("message", message)
            if let earlier {
                json.member("sha256", earlier.sha256)
                json.member("received_at", earlier.receivedAt)
                json.member("receipt", earlier.receipt)
            }
            json.endObject()
        }
        answer.fields.append(contentsOf: fields)
        if let retryAfter { answer.fields[.retryAfter] = "\(retryAfter)" }
        return answer
    }
}

extension DoorError {
    static func malformed(_ reason: String) -> Self {
        Self(.malformed, "The request cannot be read: \(reason). Correct the client.")
    }
    static func digestMismatch(_ field: String) -> Self {
        Self(
            .digest_mismatch,
            "The body is not the one that \(field) names. Nothing was kept; send it again.")
    }
    static func badQuery(_ reason: String) -> Self {
        Self(.bad_query, "\(reason) Correct the query.")
    }
    static var unknownKey: Self {
        var error = Self(
            .unknown_key,
            "There is no key, or it is not valid. Send Authorization: Bearer KEY, or X-API-Key.")
        error.fields[.wwwAuthenticate] = "Bearer"
        return error
    }
    static func notAllowed(_ reason: String) -> Self {
        Self(.not_allowed, "\(reason) Ask the operator for a key that may.")
    }
    static let userBanned = Self(
        .user_banned, "This account is banned. Ask the operator; nothing was taken.")
    static func notFound(_ what: String) -> Self { Self(.not_found, "There is no \(what).") }
    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> Self {
        let names = methods.map(\.rawValue).joined(separator: ", ")
        var error = Self(.method_not_allowed, "This path takes only \(names).")
        error.fields[.allow] = names
        return error
    }
    static func tooSlow(_ what: String) -> Self {
        Self(.too_slow, "\(what) Nothing was taken; send it again.")
    }
    static func nameTaken(sha256: String, receivedAt: String?, receipt: String) -> Self {
        var error = Self(
            .name_taken,
            """
            This name belongs to a file with other bytes (SHA-256 \(sha256)\
            \(receivedAt.map { ", taken at \($0)" } ?? "")). Nothing was taken; give the new file \
            a name of its own, or send it to POST /v1/files, which names it.
            """)
        error.earlier = (sha256, receivedAt, receipt)
        return error
    }
    static let lengthRequired = Self(
        .length_required,
        "The request has no Content-Length. Send the body with its length.")
    static func tooLarge(_ reason: String) -> Self {
        Self(.too_large, "\(reason) Nothing was taken; split the file.")
    }
    static func unsupportedType(_ reason: String) -> Self { Self(.unsupported_type, reason) }
    static func rangeNotSatisfiable(length: Int64) -> Self {
        var error = Self(.range_not_satisfiable, "The file has \(length) bytes.")
        error.fields[.contentRange] = "bytes */\(length)"
        return error
    }
    static let expectationFailed = Self(.expectation_failed, "Expect may only be 100-continue.")
    static func badName(_ reason: String) -> Self {
        Self(.bad_name, "\(reason) Nothing was taken; choose another name.")
    }
    static let emptyBody = Self(
        .empty_body,
        "The body is empty. Send the file's bytes: curl -T FILE, or --data-binary @FILE.")
    static let notAnObject = Self(
        .not_an_object,
        "The body does not begin with {. Send a batch file: one JSON object in UTF-8.")
    static func tooManyRequests(_ reason: String, retryAfter: Int) -> Self {
        Self(.too_many_requests, reason, retryAfter: retryAfter)
    }
    static let headTooLarge = Self(
        .head_too_large, "The header fields are too long or too many. Send fewer.")
    static let unexpected = Self(
        .unexpected,
        "Something went wrong here. Ask again with the same bytes: nothing is taken twice.")
    static let notImplemented = Self(
        .not_implemented, "The request is encoded in a way that is not known here.")
    static func busy(_ reason: String, retryAfter: Int) -> Self {
        Self(.busy, reason, retryAfter: retryAfter)
    }
    static let notTakenInTime = Self(
        .not_taken_in_time,
        "The order was not taken in time and was withdrawn: nothing happened. Send it again.",
        retryAfter: 5)
    static let noRoom = Self(
        .no_room, "There is no room on the disk now. Nothing was taken; send it again later.",
        retryAfter: 60)
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
