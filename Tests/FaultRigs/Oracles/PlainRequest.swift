/// A request as its route sees it.
struct SeenRequest: Equatable, Sendable {
    let method: String
    /// The path's segments, decoded.
    let segments: [String]
    let query: String?
    /// In their order, each a name in lower case and a value without blanks around it.
    let fields: [[String]]
    /// The announced length of the body, in bytes.
    let length: Int?
    let body: [UInt8]
}

/// A second reader of requests: the slow and obvious way, for plain ones only (RFC 9112). Where it
/// understands a request, there must be no other way to read it.
struct PlainRequests {
    /// The requests up to the first that is not plain, or is not there in full.
    private(set) var requests: [SeenRequest] = []
    /// Whether nothing is left after them.
    private(set) var isAll = false
    private var rest: ArraySlice<UInt8>

    /// The most bytes that a body is to have.
    private let mostBytes: Int

    init(_ bytes: [UInt8], mostBytes: Int) {
        rest = bytes[...]
        self.mostBytes = mostBytes
        while !rest.isEmpty {
            guard let request = next() else { return }
            requests.append(request)
        }
        isAll = true
    }

    private mutating func next() -> SeenRequest? {
        guard let words = line()?.split(separator: " ", omittingEmptySubsequences: false),
            words.count == 3, ["GET", "POST", "PUT"].contains(words[0]), words[2] == "HTTP/1.1",
            let (segments, query) = Self.target(words[1]), let fields = fields(),
            let body = body(fields)
        else { return nil }
        let length = fields.first { $0[0] == "content-length" }.flatMap { Int($0[1]) }
        let isTaken =
            switch words[0] {
            case "GET": body.isEmpty && !fields.contains { $0[0] == "transfer-encoding" }
            case "PUT": body.count <= mostBytes && length != nil
            default: body.count <= mostBytes
            }
        guard isTaken else { return nil }
        return SeenRequest(
            method: String(words[0]), segments: segments, query: query, fields: fields,
            length: length, body: body)
    }

    /// The next line without its end; nil if it has other letters than those that can be seen.
    private mutating func line() -> String? {
        guard let end = rest.firstIndex(of: 13), rest[(end + 1)...].first == 10 else { return nil }
        let line = rest[..<end]
        rest = rest[(end + 2)...]
        guard line.allSatisfy({ 0x20...0x7E ~= $0 }) else { return nil }
        return String(decoding: line, as: UTF8.self)
    }

    private static func target(_ text: Substring) -> (segments: [String], query: String?)? {
        guard text.first == "/", !text.contains("#") else { return nil }
        let sides = text.dropFirst().split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let written =
            sides[0].isEmpty
            ? []
            : sides[0].split(
                separator: "/", omittingEmptySubsequences: false)
        let segments = written.map(decoded)
        guard segments.count <= 2, segments.allSatisfy({ $0.map(isPlain) ?? false }) else {
            return nil
        }
        return (segments.compactMap { $0 }, sides.count == 2 ? String(sides[1]) : nil)
    }

    /// Nil for an escape that is none, and for what is not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        let pieces = text.split(separator: "%", omittingEmptySubsequences: false)
        bytes += pieces[0].utf8
        for piece in pieces.dropFirst() {
            let digits = piece.prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let byte = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(byte)
            bytes += piece.dropFirst(2).utf8
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isPlain(_ segment: String) -> Bool {
        !segment.isEmpty && segment != "." && segment != ".."
            && segment.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }
    }

    private static let marks = Set("!#$%&'*+-.^_`|~")
    /// What else may change how a request is read.
    private static let meaningful: Set = [
        "connection", "keep-alive", "proxy-connection", "upgrade", "expect", "te", "trailer",
        "http2-settings",
    ]

    private mutating func fields() -> [[String]]? {
        var fields: [[String]] = []
        while let line = line() {
            if line.isEmpty {
                let hosts = fields.filter { $0[0] == "host" }
                let isHost = hosts.count == 1 && hosts[0][1].allSatisfy { $0.isLetter || $0 == "." }
                return isHost && !hosts[0][1].isEmpty && fields.count <= 90 ? fields : nil
            }
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
                line[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || Self.marks.contains($0) })
            else { return nil }
            let name = line[..<colon].lowercased()
            let value = line[colon...].dropFirst().drop { $0 == " " }
            let blanks = value.reversed().prefix { $0 == " " }.count
            if Self.meaningful.contains(name) { return nil }
            fields.append([name, String(value.dropLast(blanks))])
        }
        return nil
    }

    private mutating func body(_ fields: [[String]]) -> [UInt8]? {
        let lengths = fields.filter { $0[0] == "content-length" }.map { $0[1] }
        let encodings = fields.filter { $0[0] == "transfer-encoding" }.map { $0[1] }
        switch (lengths.count, encodings) {
        case (0, []): return []
        case (0, ["chunked"]): return chunks()
        case (1, []):
            guard let count = Int(lengths[0]), "\(count)" == lengths[0] else { return nil }
            return take(count)
        default: return nil
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard 0...rest.count ~= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    private mutating func chunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let size = line() {
            guard 1...4 ~= size.count, size.allSatisfy(\.isHexDigit),
                let count = Int(size, radix: 16), let chunk = take(count), line() == ""
            else { return nil }
            body += chunk
            if count == 0 { return body }
        }
        return nil
    }
}
