import BatchFiles
import HTTPTypes
import Serving
import StrictJSON
import Version

/// The description of all calls in OpenAPI 3.1, made from the table that answers them.
struct OpenAPI {
    private let routes: [DoorRoute]

    init(_ routes: [DoorRoute]) {
        self.routes = routes
    }

    /// The document.
    var text: [UInt8] {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        json.member("openapi", "3.1.0")
        json.object("info") { json in
            json.member("title", "SMM Guru")
            json.member("version", ProgramVersion.text)
        }
        json.object("paths") { json in
            for path in paths {
                json.object(path) { json in
                    for route in routes where route.route.pattern == path {
                        write(route, to: &json)
                    }
                }
            }
        }
        json.object("components", Self.writeComponents)
        json.endObject()
        return json.drain()
    }

    /// Each path once, in the order of the table.
    private var paths: [String] {
        var paths: [String] = []
        for path in routes.map(\.route.pattern) where !paths.contains(path) { paths.append(path) }
        return paths
    }

    private func write(_ route: DoorRoute, to json: inout JSONWriter) {
        let about = route.about
        json.object(route.route.method.rawValue.lowercased()) { json in
            json.member("summary", about.summary)
            json.member("operationId", route.operation)
            json.key("parameters")
            json.beginArray()
            for parameter in about.parameters { write(parameter, of: route, to: &json) }
            json.endArray()
            if let body = about.body {
                json.object("requestBody") { json in
                    json.key("required")
                    json.bool(body.isRequired)
                    json.object("content") { json in
                        for type in body.types { Self.write(type, [body.shape], to: &json) }
                    }
                }
            }
            json.key("security")
            json.beginArray()
            for scheme in about.scopes == nil ? [] : Self.schemes.map(\.name) {
                json.beginObject(inline: true)
                json.key(scheme)
                json.beginArray()
                json.endArray()
                json.endObject()
            }
            json.endArray()
            json.object("responses") { writeAnswers(of: route, to: &$0) }
        }
    }

    private func write(
        _ parameter: DoorRoute.Parameter, of route: DoorRoute, to json: inout JSONWriter
    ) {
        let isInPath = route.route.pattern.contains("{\(parameter.name)}")
        json.beginObject()
        json.member("name", parameter.name)
        json.member("in", isInPath ? "path" : "query")
        json.member("description", parameter.meaning)
        json.key("required")
        json.bool(isInPath)
        json.key("schema")
        parameter.shape.write(to: &json)
        json.endObject()
    }

    private func writeAnswers(of route: DoorRoute, to json: inout JSONWriter) {
        let always: [DoorError.Code] = [.malformed, .unexpected, .busy, .head_too_large]
        let codes = Dictionary(grouping: Set(route.about.errors + always)) { $0.status.code }
        let answers = route.about.answers
        for status in Set(codes.keys).union(answers.keys).sorted() {
            let answer = answers[status]
            let names = codes[status]?.map(\.rawValue).sorted().joined(separator: ", ")
            let meanings = [answer?.meaning, names.map { "error.code: \($0)" }]
            json.object("\(status)") { json in
                json.member("description", meanings.compactMap(\.self).joined(separator: " Or "))
                if let field = Self.fields[status], answer == nil { write(field, to: &json) }
                let isError = names != nil
                guard let type = answer?.type ?? (isError ? "application/json" : nil) else {
                    return
                }
                json.object("content") { json in
                    let error: [DescribedShape] = isError ? [.named(.error)] : []
                    Self.write(type, (answer?.shapes ?? []) + error, to: &json)
                }
            }
        }
    }

    /// The field that every error with a status has.
    private static let fields = [
        401: "WWW-Authenticate", 416: "Content-Range", 429: "Retry-After", 507: "Retry-After",
    ]

    private func write(_ field: String, to json: inout JSONWriter) {
        json.object("headers") { json in
            json.object(field) { json in
                json.key("required")
                json.bool(true)
                json.object("schema") { $0.member("type", "string") }
            }
        }
    }

    private static func write(
        _ type: String, _ shapes: [DescribedShape], to json: inout JSONWriter
    ) {
        json.object(type) { json in
            guard let first = shapes.first else { return }
            json.key("schema")
            (shapes.count == 1 ? first : .either(shapes)).write(to: &json)
        }
    }

    /// How a key may come.
    private static let schemes: [(name: String, members: KeyValuePairs<String, String>)] = [
        ("bearer", ["type": "http", "scheme": "bearer"]),
        ("header", ["type": "apiKey", "in": "header", "name": "X-API-Key"]),
        ("basic", ["type": "http", "scheme": "basic"]),
    ]

    private static func writeComponents(_ json: inout JSONWriter) {
        json.object("securitySchemes") { json in
            for scheme in schemes {
                json.object(scheme.name) { json in
                    for (key, value) in scheme.members { json.member(key, value) }
                }
            }
        }
        json.object("schemas") { json in
            for named in NamedShape.allCases {
                json.key(named.rawValue)
                named.shape.write(to: &json)
            }
        }
    }
}

extension DoorRoute {
    /// A name for programs that make code from the description: `put_v1_files_name`.
    fileprivate var operation: String {
        let words = route.pattern.split { "/.{}".contains($0) }
        return ([route.method.rawValue.lowercased()] + words.map(String.init))
            .joined(separator: "_")
    }
}
