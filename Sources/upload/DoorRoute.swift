import Accounts
import HTTPTypes
import Serving

/// One call of `upload`: how it is answered, and what `/v1/openapi.json` says of it.
struct DoorRoute: Sendable {
    let route: Route
    let about: About

    /// What people and tools read of a call.
    struct About: Sendable {
        let summary: String
        /// The scopes of which a key must have one; nil if the call needs no key.
        var scopes: [KeyScope]?
        var query: [Parameter] = []
        /// The media type of the body, if the call takes one.
        var body: String?
        /// What each status other than an error means.
        var answers: [Int: String]
        var errors: [DoorError.Code] = []
    }

    /// A parameter of the query.
    struct Parameter: Sendable {
        let name: String
        let meaning: String
        var isNumber = false
    }
}
