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
        /// Those of the path, then those of the query.
        var parameters: [Parameter] = []
        var body: Body?
        /// What each status other than an error means.
        var answers: [Int: Answer]
        var errors: [DoorError.Code] = []
    }

    /// A name in the path, or a parameter of the query.
    struct Parameter: Sendable {
        let name: String
        let shape: DescribedShape
        let meaning: String

        init(_ name: String, _ shape: DescribedShape, _ meaning: String) {
            self.name = name
            self.shape = shape
            self.meaning = meaning
        }
    }

    /// What a call brings.
    struct Body: Sendable {
        let shape: DescribedShape
        var types = ["application/json"]
        var isRequired = true
    }

    /// What a call is answered.
    struct Answer: Sendable {
        let meaning: String
        /// The media type; nil for an answer without content.
        let type: String?
        let shapes: [DescribedShape]

        /// JSON of one of these shapes.
        static func json(_ shapes: [NamedShape], _ meaning: String) -> Answer {
            Answer(
                meaning: meaning, type: "application/json",
                shapes: shapes.map { .named($0) })
        }

        /// Content of another kind.
        static func content(_ type: String, _ meaning: String) -> Answer {
            Answer(meaning: meaning, type: type, shapes: [])
        }

        /// Nothing but a head.
        static func bare(_ meaning: String) -> Answer {
            Answer(meaning: meaning, type: nil, shapes: [])
        }
    }
}
