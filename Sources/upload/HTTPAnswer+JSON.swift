import HTTPTypes
import Serving
import StrictJSON

extension HTTPAnswer {
    /// An answer of one JSON object.
    ///
    /// - Parameters:
    ///   - status: the status.
    ///   - members: writes the members of the object.
    /// - Returns: the answer.
    /// - Throws: what `members` throws.
    static func json(
        _ status: HTTPResponse.Status, _ members: (inout JSONWriter) throws -> Void
    ) rethrows -> HTTPAnswer {
        var json = JSONWriter()
        json.beginObject()
        try members(&json)
        json.endObject()
        return .json(status, json.drain())
    }

    /// An answer of JSON that is there.
    static func json(_ status: HTTPResponse.Status, _ bytes: [UInt8]) -> HTTPAnswer {
        HTTPAnswer(
            status,
            fields: [
                .contentType: "application/json", .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ], body: .bytes(bytes))
    }
}

extension HTTPField.Name {
    private static func ours(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no field") }
        return name
    }

    static let apiKey = ours("X-API-Key")
    static let contentDigest = ours("Content-Digest")
    static let reprDigest = ours("Repr-Digest")
    static let idempotencyKey = ours("Idempotency-Key")
    static let idempotencyReplayed = ours("Idempotency-Replayed")
}
