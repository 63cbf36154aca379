import HTTPTypes
import NIOHTTP1

/// A head as the parser gave it, checked for what the parser lets through.
struct ReceivedHead {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let fields: HTTPFields
    /// The announced length of the body, in bytes.
    let length: Int?
    let isChunked: Bool

    /// - Throws: `malformed`, `unknownTransferEncoding`, `unknownPath`.
    init(_ head: HTTPRequestHead) throws(ServingRefusal) {
        guard let method = HTTPRequest.Method(head.method.rawValue) else {
            throw .malformed("its method is none")
        }
        let hosts = head.headers[canonicalForm: "host"]
        guard hosts.count == 1 || head.isOld && hosts.isEmpty else {
            throw .malformed("it must have one Host field")
        }
        let encodings = head.headers[canonicalForm: "transfer-encoding"]
        let lengths = head.headers["content-length"]
        // The two ways to say where a body ends may disagree: then two programs in a row read two
        // different requests (RFC 9112).
        guard encodings.isEmpty || lengths.isEmpty, lengths.count <= 1 else {
            throw .malformed("it says twice how long its body is")
        }
        isChunked = !encodings.isEmpty
        if isChunked {
            guard !head.isOld else {
                throw .malformed("HTTP/1.0 has no Transfer-Encoding")
            }
            guard encodings.map({ $0.lowercased() }) == ["chunked"] else {
                throw .unknownTransferEncoding
            }
        }
        if let text = lengths.first {
            guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
                let length = Int(text)
            else { throw .malformed("its Content-Length is no number") }
            self.length = length
        } else {
            length = nil
        }
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(name), HTTPField.isValidValue(value) else {
                throw .malformed("one of its fields is not text")
            }
            fields.append(HTTPField(name: name, value: value))
        }
        self.method = method
        self.fields = fields
        target = try RequestTarget(head.uri)
    }
}

extension HTTPRequestHead {
    /// Whether the client speaks HTTP/1.0. The parser lets no other major version pass.
    var isOld: Bool { version.minor == 0 }
}
