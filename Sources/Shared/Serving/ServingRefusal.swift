import HTTPTypes

/// Why the server itself refuses a call. The program that serves gives it its words.
package enum ServingRefusal: Error, Hashable, Sendable {
    /// Which time a body broke.
    package enum Slowness: String, Sendable {
        /// A pause of `bodyPause`.
        case pause
        /// `bodyTime` in all.
        case time
        /// Less than `bodyBytesPerSecond`.
        case rate
    }

    /// The head or the body is not HTTP, or says two things. The reason is for people.
    case malformed(String)
    case unknownPath
    case wrongMethod(allowed: [HTTPRequest.Method])
    case slowHead
    case slowBody(Slowness)
    case lengthMissing
    /// The most bytes that this path takes; 0 if it takes no body.
    case bodyTooLong(limit: Int)
    /// `Expect` with something other than `100-continue`.
    case unknownExpectation
    case tooManyCallsASecond(retryAfter: Int)
    case tooManyCalls(ofKey: Bool)
    case tooManyConnections(ofAddress: Bool)
    case headTooLong
    case unknownTransferEncoding
    /// The client left, or broke off its body: nobody reads the answer.
    case clientLeft

    package var status: HTTPResponse.Status {
        switch self {
        case .malformed: .badRequest
        case .unknownPath: .notFound
        case .wrongMethod: .methodNotAllowed
        case .slowHead, .slowBody: .requestTimeout
        case .lengthMissing: .lengthRequired
        case .bodyTooLong: .contentTooLarge
        case .unknownExpectation: .expectationFailed
        case .tooManyCallsASecond, .tooManyCalls(ofKey: true),
            .tooManyConnections(ofAddress: true):
            .tooManyRequests
        case .tooManyCalls(ofKey: false), .tooManyConnections(ofAddress: false):
            .serviceUnavailable
        case .headTooLong: .requestHeaderFieldsTooLarge
        case .unknownTransferEncoding: .notImplemented
        case .clientLeft: HTTPResponse.Status(code: 499, reasonPhrase: "Client Left")
        }
    }

    /// The fields that such an answer must have; the server adds them itself.
    var fields: HTTPFields {
        switch self {
        case .wrongMethod(let allowed):
            [.allow: allowed.map(\.rawValue).joined(separator: ", ")]
        case .tooManyCallsASecond(let seconds): [.retryAfter: "\(seconds)"]
        case .tooManyCalls, .tooManyConnections: [.retryAfter: "1"]
        default: [:]
        }
    }
}

extension ServingRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let reason): "The request cannot be read: \(reason). Correct the client."
        case .unknownPath: "There is nothing at this path. See the manual for the paths."
        case .wrongMethod(let allowed):
            "This path takes only \(allowed.map(\.rawValue).joined(separator: ", "))."
        case .slowHead: "The head of the request took too long. Send it again, faster."
        case .slowBody(.pause): "The body stopped coming. Send the request again."
        case .slowBody(.time): "The body took too long. Send it again, in smaller parts."
        case .slowBody(.rate): "The body came too slowly. Send it again, faster."
        case .lengthMissing: "The request has no Content-Length. Send the body with its length."
        case .bodyTooLong(limit: 0): "This path takes no body. Send the request without one."
        case .bodyTooLong(let limit):
            "The body may have at most \(limit) bytes. Send it in smaller parts."
        case .unknownExpectation: "Expect may only be 100-continue. Leave it out."
        case .tooManyCallsASecond(let seconds):
            "Too many calls a second. Wait \(seconds) s, then send them slower."
        case .tooManyCalls(ofKey: true):
            "Too many calls of this key are in progress. Wait for their answers."
        case .tooManyCalls: "Too many calls are in progress. Send this one again in a second."
        case .tooManyConnections(ofAddress: true):
            "Too many connections from this address. Close some, or use them again."
        case .tooManyConnections: "Too many connections. Send the request again in a second."
        case .headTooLong: "The header fields are too long or too many. Send fewer."
        case .unknownTransferEncoding: "Transfer-Encoding may only be chunked."
        case .clientLeft: "The client left before its answer."
        }
    }

    /// The refusal in its own words, for a server whose program has no others.
    package var answer: HTTPAnswer {
        HTTPAnswer(status, type: "text/plain; charset=utf-8", "\(self)\n")
    }
}
