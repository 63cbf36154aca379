import HTTPTypes
import Networks

/// What is known of a call when its head has been read, and before its body.
package struct HTTPCall: Sendable {
    /// Ours, and in the answer's `X-Request-Id` and in the log.
    package let id: String
    package let method: HTTPRequest.Method
    /// The pattern of the route, such as `/v1/files/{name}`: what a log may show.
    package let pattern: String
    /// What stands for the names in braces, decoded once. UTF-8 without control characters.
    package let parameters: [String: String]
    /// What follows the `?`, as it came. It may hold a key: never log it.
    package let query: String?
    package let fields: HTTPFields
    /// The client's address; behind a trusted proxy the one that the proxy saw.
    package let address: NetworkAddress
    /// Whether the client's way to us, or to the trusted proxy, is encrypted.
    package let isEncrypted: Bool
    /// The body's length as announced, in bytes; nil if it is not announced.
    package let length: Int?
}

/// Whom a call is from, and what answers it once its body may come.
package struct Admission: Sendable {
    package typealias Respond = @Sendable (CallBody) async throws -> HTTPAnswer

    /// The name that the log shows: a user, or a desk.
    package let holder: String?
    /// Calls with the same meter share the limits of one key; nil for calls without a key, which
    /// share those of their address.
    package let meter: String?
    /// Asked when the length is known to be allowed, with the most bytes that may come. It throws
    /// if there is no room for them.
    package let room: @Sendable (Int) throws -> Void
    package let respond: Respond

    package init(
        holder: String? = nil, meter: String? = nil,
        room: @escaping @Sendable (Int) throws -> Void = { _ in }, respond: @escaping Respond
    ) {
        self.holder = holder
        self.meter = meter
        self.room = room
        self.respond = respond
    }
}
