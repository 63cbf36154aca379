import StrictJSON

/// The result of a run: one line at the end of its log, and one JSON object for scripts.
package struct Summary: Equatable, Sendable {
    /// What the run did, in one word: `ingested`.
    package let verb: String
    /// How much it did, in the order of reading.
    package let fields: [Field]

    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: Value
    }

    package enum Value: Equatable, Sendable {
        case integer(Int64)
        case text(String)
    }

    /// `Summary("ingested", ["files": 3, "orders": .integer(orders), "charged":
    /// .text("12.340000")])`
    package init(_ verb: String, _ fields: KeyValuePairs<String, Value>) {
        self.verb = verb
        self.fields = fields.map { Field(name: $0.key, value: $0.value) }
    }

    package subscript(_ name: String) -> Value? {
        fields.first { $0.name == name }?.value
    }
}

extension Summary.Value: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }
}

extension Summary.Value {
    package static func integer(_ value: Int) -> Self { .integer(Int64(value)) }
}

extension Summary {
    /// The fields as one object on one line.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object(fields)
        return writer.drain() + [UInt8(ascii: "\n")]
    }
}

extension JSONWriter {
    mutating func object(_ fields: [Summary.Field]) {
        beginObject()
        for field in fields {
            key(field.name)
            switch field.value {
            case .integer(let number): integer(number)
            case .text(let text): string(text)
            }
        }
        endObject()
    }
}
