import Accounts
import HTTPTypes
import Serving
import Spool
import StrictJSON
import Timestamps

// The outbox: GET /v1/outbox, GET /v1/outbox/{name}.
extension UploadCalls {
    var outboxCalls: [DoorRoute] { [listOutbox, showOutboxFile] }

    private var listOutbox: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/outbox",
                admit: admitting([.read, .files]) { call, caller in
                    _ = try call.query()
                    let files = try spool.outboxFiles(of: caller.owner)
                    return .json(.ok) { json in
                        json.key("files")
                        json.beginArray()
                        for file in files {
                            json.beginObject()
                            json.member("name", file.name)
                            json.member("bytes", file.bytes)
                            json.member("modified_at", "\(file.modifiedAt)")
                            json.endObject()
                        }
                        json.endArray()
                        json.member("next_ingest", nextIngest.map { "\($0)" })
                    }
                }),
            about: .init(
                summary: "List the files of the outbox.", scopes: [.read, .files],
                answers: [200: .json([.outbox], "Their names, lengths and times.")],
                errors: [.bad_query, .unknown_key, .not_allowed, .user_banned, .too_many_requests]))
    }

    private var showOutboxFile: DoorRoute {
        DoorRoute(
            route: Route(
                .get, "/v1/outbox/{name}",
                admit: admitting([.read, .files]) { call, caller in
                    _ = try call.query()
                    let name = call.parameters["name"] ?? ""
                    guard let file = try spool.openOutboxFile(name, of: caller.owner) else {
                        throw DoorError.notFound("file of that name in the outbox")
                    }
                    return try FileAnswer(file, name, call.fields).answer
                }),
            about: .init(
                summary: "Fetch a file of the outbox.", scopes: [.read, .files],
                parameters: [
                    .init("name", .text(pattern: "^[^\\x00-\\x1F\\x7F-\\x9F/]+$"), "Its name.")
                ],
                answers: [
                    200: .content("*/*", "The file."),
                    206: .content("*/*", "The range that was asked for."),
                    304: .bare("It is the one that If-None-Match names."),
                ],
                errors: [
                    .bad_query, .unknown_key, .not_allowed, .user_banned, .not_found,
                    .range_not_satisfiable, .too_many_requests,
                ]))
    }
}

/// A file as an answer: whole, a range of it, or only that it is the one that the client has
/// (RFC 9110).
struct FileAnswer {
    private let file: OpenOutboxFile
    private let name: String
    private let fields: HTTPFields

    /// The most bytes read at once.
    private static let pieceBytes = 65_536

    init(_ file: OpenOutboxFile, _ name: String, _ fields: HTTPFields) {
        self.file = file
        self.name = name
        self.fields = fields
    }

    private var tag: String { "\"\(file.version)\"" }

    /// - Throws: `DoorError.rangeNotSatisfiable`.
    var answer: HTTPAnswer {
        get throws(DoorError) {
            if isKnown { return HTTPAnswer(.notModified, fields: head) }
            guard let range = try range else { return piece(0..<file.bytes, .ok, head) }
            var head = head
            head[.contentRange] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.bytes)"
            return piece(range, .partialContent, head)
        }
    }

    /// A file of a user may be anything, so no browser is to show it as a page of ours.
    private var head: HTTPFields {
        [
            .eTag: tag, .acceptRanges: "bytes", .cacheControl: "private, no-cache",
            .contentType: mediaType,
            .contentDisposition: "attachment", .xContentTypeOptions: "nosniff",
            .contentSecurityPolicy: "sandbox; default-src 'none'",
        ]
    }

    private var mediaType: String {
        if name.hasSuffix(".json") { return "application/json" }
        return name.hasSuffix(".csv") ? "text/csv; charset=utf-8" : "application/octet-stream"
    }

    private var isKnown: Bool {
        guard let known = fields[.ifNoneMatch] else { return false }
        let same: [String] = ["*", tag, "W/\(tag)"]
        return known.split(separator: ",").contains { entry in
            same.contains(String(entry.drop { $0 == " " }))
        }
    }

    /// The range that is asked for; nil for all: what is not one range of bytes is left out, and a
    /// range of another version.
    private var range: Range<Int64>? {
        get throws(DoorError) {
            guard let text = fields[.range], text.hasPrefix("bytes="),
                fields[.ifRange] ?? tag == tag
            else { return nil }
            let ends = text.dropFirst(6).split(
                separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard ends.count == 2, ends.allSatisfy(Self.isDigits) else { return nil }
            let first = Int64(ends[0])
            let last = Int64(ends[1])
            let found: Range<Int64>
            switch (first, last) {
            case (let first?, let last?) where first <= last:
                let end = last < file.bytes ? last + 1 : file.bytes
                found = first..<max(first, end)
            case (let first?, nil) where ends[1].isEmpty: found = first..<max(first, file.bytes)
            case (nil, let count?) where ends[0].isEmpty:
                found = max(0, file.bytes - count)..<file.bytes
            default: return nil
            }
            guard !found.isEmpty else { throw .rangeNotSatisfiable(length: file.bytes) }
            return found
        }
    }

    private static func isDigits(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    }

    private func piece(
        _ range: Range<Int64>, _ status: HTTPResponse.Status, _ head: HTTPFields
    ) -> HTTPAnswer {
        let place = FilePlace(range)
        let file = file
        return HTTPAnswer(
            status, fields: head,
            body: .pieces(length: range.count) {
                guard let (offset, count) = place.next(atMost: Self.pieceBytes) else { return nil }
                let bytes = try file.read(at: offset, count)
                // A file that became shorter breaks the answer, so that nobody takes it for whole.
                guard bytes.count == count else { throw DoorError.unexpected }
                return bytes
            })
    }
}
