import StrictJSON

/// The bytes of a desk file whose lines are all of one kind: what `admin` drops into the desk's
/// inbox, and a web form will.
package struct DeskFileText {
    package let batch: String
    /// Who writes it, and why.
    package let by: String?
    package let why: String?
    package let kind: LineKind
    /// For each line, the closure that writes the members of its object.
    package let lines: [(inout JSONWriter) -> Void]

    package init(
        batch: String, by: String?, why: String?, kind: LineKind,
        lines: [(inout JSONWriter) -> Void]
    ) {
        self.batch = batch
        self.by = by
        self.why = why
        self.kind = kind
        self.lines = lines
    }

    package var bytes: [UInt8] {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        json.member("batch", batch)
        json.given("by", by)
        json.given("why", why)
        json.key(kind.rawValue)
        json.beginArray()
        for members in lines {
            json.beginObject(inline: true)
            members(&json)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.drain()
    }
}

extension JSONWriter {
    /// Writes a key with its text, if there is one: an absent key leaves a value as it is.
    package mutating func given(_ key: String, _ text: String?) {
        if let text { member(key, text) }
    }
}
