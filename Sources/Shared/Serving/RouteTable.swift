import HTTPTypes

/// All calls of a server, found by path and method.
///
/// A path matches a pattern segment by segment. Two slashes in a row, or one at the end, make
/// another path. Segments are decoded once, after the path is taken apart: `a%2Fb` is one.
package struct RouteTable: Sendable {
    package let routes: [Route]
    /// By the number of their segments, in the order given; texts before names.
    private let byCount: [Int: [Entry]]

    fileprivate struct Entry: Sendable {
        let segments: [Segment]
        let route: Route
    }

    fileprivate enum Segment: Sendable {
        case text(String)
        case name(String)
    }

    /// A route with the values of its names.
    struct Match {
        let route: Route
        let parameters: [String: String]
    }

    package init(_ routes: [Route]) {
        self.routes = routes
        let entries = routes.map { route in
            Entry(segments: route.pattern.split(separator: "/").map(Self.segment), route: route)
        }
        byCount = Dictionary(grouping: entries) { $0.segments.count }.mapValues { entries in
            entries.filter { !$0.hasNames } + entries.filter { $0.hasNames }
        }
    }

    private static func segment(_ text: Substring) -> Segment {
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return .text(String(text)) }
        return .name(String(text.dropFirst().dropLast()))
    }

    /// The route of a call.
    ///
    /// HEAD takes the route of GET.
    ///
    /// - Throws: `unknownPath`, `wrongMethod` with what the path takes, `malformed`.
    func match(
        _ method: HTTPRequest.Method, _ target: RequestTarget
    ) throws(ServingRefusal) -> Match {
        var allowed: [HTTPRequest.Method] = []
        var asGet: Match?
        for entry in byCount[target.segments.count] ?? [] {
            guard let parameters = entry.parameters(of: target.segments) else { continue }
            let match = Match(route: entry.route, parameters: parameters)
            if entry.route.method == method { return match }
            if entry.route.method == .get { asGet = asGet ?? match }
            allowed.append(entry.route.method)
        }
        if method == .head, let asGet { return asGet }
        guard !allowed.isEmpty else { throw .unknownPath }
        throw .wrongMethod(allowed: allowed.flatMap { $0 == .get ? [.get, .head] : [$0] })
    }
}

extension RouteTable.Entry {
    fileprivate var hasNames: Bool {
        segments.contains { if case .name = $0 { true } else { false } }
    }

    fileprivate func parameters(of values: [String]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (segment, value) in zip(segments, values) {
            switch segment {
            case .text(let text): guard text == value else { return nil }
            case .name(let name): parameters[name] = value
            }
        }
        return parameters
    }
}
