import HTTPTypes

/// An answer to a call. The server adds `Content-Length`, `Date`, `X-Request-Id` and `Connection`.
package struct HTTPAnswer: Sendable {
    /// Makes a body piece by piece: the next piece, and nil at the end. If it throws, or makes
    /// another length than it said, the connection breaks, so that the client notices.
    package typealias Pieces = @Sendable () async throws -> [UInt8]?

    /// What an answer says after its fields.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// With its length in bytes, if it is known; the client gets it in chunks otherwise.
        case pieces(length: Int?, Pieces)
    }

    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    package var body: Body
    /// Whom the call is from, for the log, where only its body said so.
    package var holder: String?

    package init(
        _ status: HTTPResponse.Status, fields: HTTPFields = [:], body: Body = .bytes([])
    ) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A text with its media type.
    package init(_ status: HTTPResponse.Status, type: String, _ text: String) {
        self.init(status, fields: [.contentType: type], body: .bytes(Array(text.utf8)))
    }
}

/// What a server says of each call when it is over, for metrics.
package struct CallReport: Sendable {
    package let id: String
    /// `-` if the head could not be read.
    package let method: String
    /// The route's pattern; `-` if there is none.
    package let pattern: String
    /// 499 if the client left before its answer.
    package let status: Int
    /// The body's bytes that came.
    package let received: Int
    /// The answer's bytes after its head.
    package let sent: Int
    /// From the head's end to the answer's.
    package let microseconds: Int64
    package let holder: String?
    package let address: String
}
