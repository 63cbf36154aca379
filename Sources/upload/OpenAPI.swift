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
            writeParameters(of: route, to: &json)
            if let body = about.body {
                json.object("requestBody") { json in
                    json.key("required")
                    json.bool(true)
                    json.object("content") { json in
                        json.object(body) { json in
                            json.object("schema") { $0.member("type", "object") }
                        }
                    }
                }
            }
            json.key("security")
            json.beginArray()
            if about.scopes != nil {
                for scheme in ["bearer", "header"] {
                    json.beginObject(inline: true)
                    json.key(scheme)
                    json.beginArray()
                    json.endArray()
                    json.endObject()
                }
            }
            json.endArray()
            json.object("responses") { writeAnswers(of: route, to: &$0) }
        }
    }

    private func writeParameters(of route: DoorRoute, to json: inout JSONWriter) {
        json.key("parameters")
        json.beginArray()
        for segment in route.route.pattern.split(separator: "/") where segment.hasPrefix("{") {
            json.parameter(
                String(segment.dropFirst().dropLast()), in: "path", isNumber: segment == "{id}")
        }
        for parameter in route.about.query {
            json.parameter(
                parameter.name, in: "query", parameter.meaning, isNumber: parameter.isNumber)
        }
        json.endArray()
    }

    private func writeAnswers(of route: DoorRoute, to json: inout JSONWriter) {
        for (status, meaning) in route.about.answers.sorted(by: { $0.key < $1.key }) {
            json.object("\(status)") { $0.member("description", meaning) }
        }
        var codes: [Int: [DoorError.Code]] = [:]
        let always: [DoorError.Code] = [.malformed, .unexpected, .busy, .head_too_large]
        for code in route.about.errors + always {
            codes[code.status.code, default: []].append(code)
        }
        for (status, codes) in codes.sorted(by: { $0.key < $1.key })
        where route.about.answers[status] == nil {
            json.object("\(status)") { json in
                let names = Set(codes.map(\.rawValue)).sorted().joined(separator: ", ")
                json.member("description", "error.code: \(names)")
                json.object("content") { json in
                    json.object("application/json") { json in
                        json.object("schema") { $0.member("$ref", "#/components/schemas/Error") }
                    }
                }
            }
        }
    }

    private static func writeComponents(_ json: inout JSONWriter) {
        json.object("securitySchemes") { json in
            json.object("bearer") { json in
                json.member("type", "http")
                json.member("scheme", "bearer")
            }
            json.object("header") { json in
                json.member("type", "apiKey")
                json.member("in", "header")
                json.member("name", "X-API-Key")
            }
        }
        json.object("schemas") { json in
            json.object("Error") { json in
                json.member("type", "object")
                json.strings("required", ["error"])
                json.object("properties") { json in
                    json.object("error") { json in
                        json.member("type", "object")
                        json.strings("required", ["code", "message"])
                        json.object("properties") { json in
                            json.object("code") { json in
                                json.member("type", "string")
                                json.strings("enum", DoorError.Code.allCases.map(\.rawValue))
                            }
                            json.object("message") { $0.member("type", "string") }
                        }
                    }
                }
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

extension JSONWriter {
    fileprivate mutating func object(_ key: String, _ members: (inout JSONWriter) -> Void) {
        self.key(key)
        beginObject()
        members(&self)
        endObject()
    }

    fileprivate mutating func strings(_ key: String, _ values: [String]) {
        self.key(key)
        beginArray(inline: true)
        for value in values { string(value) }
        endArray()
    }

    fileprivate mutating func parameter(
        _ name: String, in place: String, _ meaning: String? = nil, isNumber: Bool
    ) {
        beginObject()
        member("name", name)
        member("in", place)
        given("description", meaning)
        key("required")
        bool(place == "path")
        object("schema") { $0.member("type", isNumber ? "integer" : "string") }
        endObject()
    }
}
