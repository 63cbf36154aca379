/// A whole document in memory, for replies that several readers must look at.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    /// In the order of the document; no key comes twice.
    case object([Member])

    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Reads a document of one value, or throws a `JSONError`.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .reply) throws {
        var reader = JSONReader(bytes: bytes, limits: limits)
        self = try reader.value()
        try reader.end()
    }

    /// The value of an object's key; nil if there is none, or this is no object.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

extension JSONReader {
    /// Reads one whole value into memory. The recursion ends at `JSONLimits.depth`.
    package mutating func value() throws -> JSONValue {
        switch try peek() {
        case .object:
            var members: [JSONValue.Member] = []
            try beginObject()
            while let key = try nextKey() {
                members.append(JSONValue.Member(key: key, value: try value()))
            }
            return .object(members)
        case .array:
            var elements: [JSONValue] = []
            try beginArray()
            while try nextElement() { elements.append(try value()) }
            return .array(elements)
        case .string: return .string(try string())
        case .number: return .number(try number())
        case .bool: return .bool(try bool())
        case .null:
            try null()
            return .null
        }
    }
}
