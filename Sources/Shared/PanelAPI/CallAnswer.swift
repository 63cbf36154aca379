import StrictJSON

/// The answer to a call, ready to be sent.
package struct CallAnswer: Sendable {
    /// The HTTP status. Business errors have 200, because many clients lose the text of any other.
    package let status: Int
    /// How many seconds the caller should stay away, if it should.
    package let retryAfter: Int?
    /// JSON.
    package let body: [UInt8]

    init(status: Int = 200, retryAfter: Int? = nil, _ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        write(&json)
        self.status = status
        self.retryAfter = retryAfter
        body = json.bytes
    }

    /// An error: `error`, and nothing but it. Clients look for that name alone. Only errors that
    /// have nothing to do with the business have another status than 200.
    package init(_ error: TradeError, status: Int = 200) {
        self.init(status: status, retryAfter: error.retryAfter) { $0.write(error) }
    }

    /// The order was taken, and what became of it is not known yet. The text is in no class, so
    /// that a client keeps the order in doubt and neither sends it again nor gives it up.
    package static let unanswered = CallAnswer(status: 504) { json in
        json.error(
            "No answer yet: it may have been taken. Ask again with the same ref, or look whether "
                + "it is there, before you send it again.")
    }

    /// Something broke here while nothing was asked to change.
    package static let broken = CallAnswer(status: 503, retryAfter: 5) { json in
        json.error("This cannot be answered now. Ask again later.")
    }
}

extension JSONWriter {
    mutating func write(_ error: TradeError) {
        self.error(error.text)
    }

    fileprivate mutating func error(_ text: String) {
        beginObject()
        member("error", text)
        endObject()
    }

    /// Writes an id as the trade does: as a number, or as the text that came instead of one.
    mutating func id(_ text: String) {
        if let number = CallIDs.number(text) { integer(number) } else { string(text) }
    }

    /// Writes a key with a count in the form of text, or with null if it is not known.
    mutating func count(_ key: String, _ number: Int64?) {
        member(key, number.map(String.init))
    }
}
