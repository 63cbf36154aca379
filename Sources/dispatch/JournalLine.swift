import Ledger
import StrictJSON
import Timestamps

/// One answer as a line of the journal: `{"order":7,"attempt":1,"placed":"23501","at":…}`.
struct JournalLine {
    let answer: SendOutcome

    init(_ answer: SendOutcome) {
        self.answer = answer
    }

    /// The keys of a line besides that of its kind.
    fileprivate enum Key: String {
        case order, attempt
        /// When the order is due next, in milliseconds since 1970.
        case at
    }

    /// The kinds of answers. Each is the key of its text: the provider's order, or the evidence.
    fileprivate enum Kind: String, CaseIterable {
        case placed
        case notSent = "not_sent"
        case putOff = "put_off"
        case duplicate
        case refused
        case noService = "no_service"
        case unknown
    }

    /// The content of a line, in the shape that both directions share.
    fileprivate struct Entry {
        let kind: Kind
        let text: String
        var at: Timestamp?
    }

    // MARK: Writing

    /// The line, with its end.
    var bytes: [UInt8] {
        let entry = Entry(answer.content)
        var json = JSONWriter()
        json.beginObject()
        json.key(Key.order.rawValue)
        json.integer(answer.order.rawValue)
        if let attempt = answer.attempt {
            json.key(Key.attempt.rawValue)
            json.integer(Int64(attempt))
        }
        json.key(entry.kind.rawValue)
        json.string(entry.text)
        if let at = entry.at {
            json.key(Key.at.rawValue)
            json.integer(at.milliseconds)
        }
        json.endObject()
        return json.drain() + [UInt8(ascii: "\n")]
    }

    // MARK: Reading

    /// The answer in a line without its end; nil if the line was cut off.
    init?(_ line: [UInt8]) {
        guard let json = try? JSONValue(parsing: line),
            let order = json[Key.order.rawValue]?.wholeNumber, let entry = Entry(json)
        else { return nil }
        answer = SendOutcome(
            order: OrderID(order),
            attempt: json[Key.attempt.rawValue]?.wholeNumber.map { Int($0) }, entry.content)
    }
}

extension JournalLine.Entry {
    fileprivate init(_ content: SendOutcome.Content) {
        switch content {
        case .placed(let providerOrder, let followAt):
            self.init(kind: .placed, text: providerOrder, at: followAt)
        case .postponed(let until, let isRefusal, let evidence, let isDuplicate):
            self.init(
                kind: isDuplicate ? .duplicate : isRefusal ? .putOff : .notSent, text: evidence,
                at: until)
        case .refused(let evidence, let isOfService):
            self.init(kind: isOfService ? .noService : .refused, text: evidence)
        case .unknown(let evidence):
            self.init(kind: .unknown, text: evidence)
        }
    }

    fileprivate init?(_ json: JSONValue) {
        for kind in JournalLine.Kind.allCases {
            guard case .string(let text)? = json[kind.rawValue] else { continue }
            let at = json[JournalLine.Key.at.rawValue]?.wholeNumber
            self.init(kind: kind, text: text, at: at.map(Timestamp.init(milliseconds:)))
            return
        }
        return nil
    }

    fileprivate var content: SendOutcome.Content {
        let due = at ?? Timestamp(milliseconds: 0)
        return switch kind {
        case .placed: .placed(providerOrder: text, followAt: due)
        case .notSent: .postponed(until: due, isRefusal: false, evidence: text)
        case .putOff: .postponed(until: due, isRefusal: true, evidence: text)
        case .duplicate:
            .postponed(until: due, isRefusal: true, evidence: text, isDuplicate: true)
        case .refused: .refused(evidence: text)
        case .noService: .refused(evidence: text, isOfService: true)
        case .unknown: .unknown(evidence: text)
        }
    }
}

extension JSONValue {
    fileprivate var wholeNumber: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }
}
