import HTTPTypes

/// One call that a server answers. The table of all is what an OpenAPI document is made from.
package struct Route: Sendable {
    package typealias Admit = @Sendable (HTTPCall) async throws -> Admission

    package let method: HTTPRequest.Method
    /// For example `/v1/files/{name}`: a name in braces stands for one whole segment.
    package let pattern: String
    package let body: BodyRule
    /// Whether calls count against the limits of calls; a probe of health must not.
    package let isLimited: Bool
    /// Looks at a head, and says whom the call is from and how it is answered. What it throws, the
    /// server's `explain` turns into the answer, and the body is not read.
    package let admit: Admit

    package init(
        _ method: HTTPRequest.Method, _ pattern: String, body: BodyRule = .none,
        isLimited: Bool = true, admit: @escaping Admit
    ) {
        self.method = method
        self.pattern = pattern
        self.body = body
        self.isLimited = isLimited
        self.admit = admit
    }
}

/// What a route does with the body of a call.
package struct BodyRule: Hashable, Sendable {
    /// How the body comes to the route.
    package enum Form: Sendable {
        case none, collected, streamed
    }

    package let form: Form
    /// The most bytes.
    package let limit: Int
    /// Whether a body without a length, in chunks for example, is refused.
    package let needsLength: Bool

    /// A body is refused.
    package static let none = BodyRule(form: .none, limit: 0, needsLength: false)

    /// The whole body in memory.
    package static func collected(upTo limit: Int, needsLength: Bool = false) -> BodyRule {
        BodyRule(form: .collected, limit: limit, needsLength: needsLength)
    }

    /// The body as it comes.
    package static func streamed(upTo limit: Int, needsLength: Bool = true) -> BodyRule {
        BodyRule(form: .streamed, limit: limit, needsLength: needsLength)
    }
}
