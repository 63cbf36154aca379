import Accounts
import Doors
import HTTPTypes
import Ledger
import Serving
import Settings
import Spool
import StrictJSON

// Files: PUT /v1/files/{name}, POST /v1/files, PUT /v1/desks/{desk}/files/{name}.
extension UploadCalls {
    var fileCalls: [DoorRoute] { [putFile, postFile, putDeskFile] }

    /// All three take a file, and answer alike.
    private static func about(
        _ summary: String, _ shape: NamedShape, _ path: [DoorRoute.Parameter] = []
    ) -> DoorRoute.About {
        .init(
            summary: summary, scopes: [.files],
            parameters: path + [
                .init("wait", .integer(0...longestWait), "Seconds to wait for the receipt.")
            ],
            body: .init(shape: .named(shape)),
            answers: [
                200: .json(
                    [.dropped, .receipt],
                    "The same bytes came before under this name; or, with wait, the receipt."),
                201: .json([.dropped], "The bytes are durable, and the file will be taken."),
                202: .json(
                    [.dropped], "The same, and its receipt did not come in the time of wait."),
            ],
            errors: [
                .malformed, .digest_mismatch, .bad_query, .unknown_key, .not_allowed, .user_banned,
                .too_slow, .name_taken, .length_required, .too_large, .unsupported_type, .bad_name,
                .empty_body, .not_an_object, .too_many_requests, .no_room,
            ])
    }

    /// The longest `wait`, in seconds.
    private static let longestWait: Int64 = 30

    private var putFile: DoorRoute {
        DoorRoute(
            route: Route(
                .put, "/v1/files/{name}", body: .streamed(upTo: settings.maxBodyBytes)
            ) { call in
                let caller = try gate.admitReseller(call, [.files])
                let name = try FileNameRule.written(call.parameters["name"] ?? "")
                return try taking(call, caller) { _ in name }
            },
            about: Self.about(
                "Drop a batch file under a name of its own.", .batch, [FileNameRule.parameter]))
    }

    private var postFile: DoorRoute {
        DoorRoute(
            route: Route(
                .post, "/v1/files", body: .streamed(upTo: settings.maxBodyBytes)
            ) { call in
                let caller = try gate.admitReseller(call, [.files])
                return try taking(call, caller) { FileNameRule.file($0) }
            },
            about: Self.about("Drop a batch file, which is named after its SHA-256.", .batch))
    }

    private var putDeskFile: DoorRoute {
        DoorRoute(
            route: Route(
                .put, "/v1/desks/{desk}/files/{name}",
                body: .streamed(upTo: settings.maxBodyBytes)
            ) { call in
                let caller = try gate.admitDesk(call, call.parameters["desk"] ?? "")
                let name = try FileNameRule.written(call.parameters["name"] ?? "")
                return try taking(call, caller) { _ in name }
            },
            about: Self.about(
                "Drop a desk file, with a key of that desk.", .deskFile,
                [
                    .init(
                        "desk", .text(pattern: "^[a-z0-9][a-z0-9_-]{0,31}$"), "The desk's name."),
                    FileNameRule.parameter,
                ]))
    }

    /// Lets in a call that brings a file. Everything that its head can tell is checked here, before
    /// the body comes.
    ///
    /// - Parameters:
    ///   - call: the call.
    ///   - caller: whose file it is.
    ///   - name: the file's name, made from its digest if it must be.
    /// - Returns: what answers it.
    /// - Throws: `DoorError`.
    private func taking(
        _ call: HTTPCall, _ caller: Caller, name: @escaping @Sendable (String) -> String
    ) throws -> Admission {
        let seconds = try call.query("wait").number("wait", 0...Self.longestWait)
        let digests = try ExpectedDigests(call.fields)
        try checkForm(of: call)
        return Admission(
            holder: caller.owner.name, meter: caller.meter, room: checkRoom
        ) { body in
            let file = try await receive(body, digests)
            let name = name(file.digest)
            let outcome = try await doors.drop(file, as: name, of: caller.owner)
            figures.count(outcome)
            let (dropped, isNew) = try taken(outcome, name)
            guard let seconds, seconds > 0 else {
                return answer(to: dropped, call, isNew ? .created : .ok)
            }
            let receipt = try await doors.receipt(
                of: dropped, within: .seconds(seconds), takesBack: false)
            guard case .known(let rendered) = receipt else {
                return answer(to: dropped, call, .accepted)
            }
            return .json(.ok, rendered.bytes)
        }
    }

    /// The file that was taken now or before.
    ///
    /// - Throws: `DoorError.nameTaken`.
    func taken(
        _ outcome: DropOutcome, _ name: String
    ) throws(DoorError) -> (file: DroppedFile, isNew: Bool) {
        switch outcome {
        case .new(let file): return (file, true)
        case .same(let file): return (file, false)
        case .other(let earlier):
            throw .nameTaken(
                sha256: earlier.digest, receivedAt: earlier.receivedAt.map { "\($0)" },
                receipt: Self.receiptPath(of: name))
        }
    }

    /// Refuses what is no plain body, with the command that sends one.
    func checkForm(of call: HTTPCall) throws(DoorError) {
        let type = (call.fields[.contentType] ?? "").lowercased()
        if type.hasPrefix("multipart/") {
            throw .unsupportedType(
                "The file must be the body itself, not a part of a form: use curl -T FILE or "
                    + "--data-binary @FILE, not -F.")
        }
        let encoding = (call.fields[.contentEncoding] ?? "identity").lowercased()
        guard encoding == "identity" else {
            throw .unsupportedType(
                "The body must not be compressed: send the file as it is, without "
                    + "Content-Encoding.")
        }
    }

    /// Refuses a body for which there is no room.
    @Sendable func checkRoom(_ bytes: Int) throws {
        guard try spool.freeBytes() - bytes >= settings.minFreeBytes else { throw DoorError.noRoom }
    }

    /// Takes a body into the spool.
    ///
    /// - Throws: `DoorError`, `ServingRefusal`, `SystemError`; nothing is kept then.
    func receive(_ body: CallBody, _ digests: ExpectedDigests) async throws -> StagedFile {
        let file = try doors.receive(withSHA512: digests.needSHA512)
        for try await piece in body.pieces { try file.write(piece) }
        guard file.bytes > 0 else { throw DoorError.emptyBody }
        guard file.firstByte == UInt8(ascii: "{") else { throw DoorError.notAnObject }
        let staged = file.finish()
        do {
            try digests.check(staged)
        } catch {
            doors.discard(staged)
            throw error
        }
        return staged
    }

    private func answer(
        to file: DroppedFile, _ call: HTTPCall, _ status: HTTPResponse.Status
    ) -> HTTPAnswer {
        let receipt = Self.receiptPath(of: file.name)
        var answer = HTTPAnswer.json(status) { json in
            json.member("file", file.name)
            json.member("sha256", file.digest)
            json.member("bytes", file.bytes)
            json.member("receipt", receipt)
            json.member("next_ingest", nextIngest.map { "\($0)" })
        }
        answer.fields[.reprDigest] = ExpectedDigests.field(sha256: file.digest)
        if call.method == .post { answer.fields[.location] = receipt }
        return answer
    }

    /// Where the receipt of a file is.
    static func receiptPath(of name: String) -> String {
        "/v1/receipts/\(name.hasSuffix(".json") ? String(name.dropLast(5)) : name)"
    }
}
