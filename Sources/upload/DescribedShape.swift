import BatchFiles
import StrictJSON

/// What a value of JSON looks like, for the description of the calls (JSON Schema 2020-12).
indirect enum DescribedShape: Sendable {
    /// Text that matches a pattern; `limits` are those of its characters.
    case text(pattern: String? = nil, limits: ClosedRange<Int64>? = nil)
    case moment
    case word([String])
    case integer(ClosedRange<Int64>? = nil)
    case flag
    case list(DescribedShape)
    /// An object; `isWhole` if it has no other members than these.
    case object([Member] = [], isWhole: Bool = false)
    case named(NamedShape)
    case either([DescribedShape])

    /// A member of an object.
    struct Member: Sendable {
        let key: String
        let shape: DescribedShape
        let isRequired: Bool
    }

    /// An amount of money or a price, as text.
    static let amount = DescribedShape.text(pattern: "^-?[0-9]+\\.[0-9]{6}$")

    /// The shape, or null.
    var orNull: DescribedShape { .either([self, .null]) }

    /// Null alone.
    private static let null = DescribedShape.word([])

    /// Writes the schema as the value of a key that was written.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .text(let pattern, let limits):
            json.member("type", "string")
            json.given("pattern", pattern)
            if let limits {
                json.member("minLength", limits.lowerBound)
                json.member("maxLength", limits.upperBound)
            }
        case .moment:
            json.member("type", "string")
            json.member("format", "date-time")
            json.member(
                "pattern",
                "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-5][0-9]:[0-5][0-9]Z$")
        case .word(let words):
            json.member("type", words.isEmpty ? "null" : "string")
            if !words.isEmpty { json.strings("enum", words) }
        case .integer(let range):
            json.member("type", "integer")
            if let range {
                json.member("minimum", range.lowerBound)
                json.member("maximum", range.upperBound)
            }
        case .flag: json.member("type", "boolean")
        case .list(let shape):
            json.member("type", "array")
            json.key("items")
            shape.write(to: &json)
        case .object(let members, let isWhole): writeObject(members, isWhole, &json)
        case .named(let shape): json.member("$ref", "#/components/schemas/\(shape.rawValue)")
        case .either(let shapes):
            json.key("anyOf")
            json.beginArray()
            for shape in shapes { shape.write(to: &json) }
            json.endArray()
        }
    }

    private func writeObject(_ members: [Member], _ isWhole: Bool, _ json: inout JSONWriter) {
        json.member("type", "object")
        let required = members.filter(\.isRequired).map(\.key)
        if !required.isEmpty { json.strings("required", required) }
        if !members.isEmpty {
            json.object("properties") { json in
                for member in members {
                    json.key(member.key)
                    member.shape.write(to: &json)
                }
            }
        }
        if isWhole {
            json.key("additionalProperties")
            json.bool(false)
        }
    }
}

extension DescribedShape.Member {
    /// A member that is always there.
    static func always(_ key: String, _ shape: DescribedShape) -> Self {
        Self(key: key, shape: shape, isRequired: true)
    }

    /// A member that may be left out.
    static func perhaps(_ key: String, _ shape: DescribedShape) -> Self {
        Self(key: key, shape: shape, isRequired: false)
    }
}

extension JSONWriter {
    mutating func object(_ key: String, _ members: (inout JSONWriter) -> Void) {
        self.key(key)
        beginObject()
        members(&self)
        endObject()
    }

    mutating func strings(_ key: String, _ values: [String]) {
        self.key(key)
        beginArray(inline: true)
        for value in values { string(value) }
        endArray()
    }
}
