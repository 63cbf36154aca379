import Money
import StrictJSON
import Trade
import Transport

/// Reads the usual answer about several orders in one pass: an object by id, whose values have
/// plain keys: `{"10":{"status":"Pending","charge":"0.9"},"11":…}`.
///
/// `poll` gets such replies all day, and to build a tree of each costs several times as much as to
/// read it. This is only a shortcut: whatever is not as plain as this is left to the reader of any
/// shape, and where both can read a reply they agree.
package struct PlainStatuses: ~Copyable {
    private let endpoint: ProviderEndpoint
    private let ids: [String]
    private var reader: JSONReader
    /// The place in `ids` of the id that is expected next: most providers keep our order.
    private var next = 0
    /// The words and the currency that were read before in this reply, as they were written.
    private var words: [(written: [UInt8], word: Word)] = []
    private var currency: (written: [UInt8], named: Currency?)?

    /// A status, as it is kept and by its meaning.
    private struct Word {
        let text: String
        let status: OrderStatus
    }

    /// The reply is not plain.
    private struct NotPlain: Error {}

    /// The answers about `ids`, one for each; nil if the reply is not plain.
    package static func read(
        _ reply: Reply, about ids: [String], from endpoint: ProviderEndpoint
    ) -> [String: Answer<StatusReport>]? {
        // One id has more shapes, and one with a point has more spellings.
        guard ids.count > 1, 200..<300 ~= reply.status, reply.body.first == UInt8(ascii: "{"),
            !ids.contains(where: { $0.utf8.contains(UInt8(ascii: ".")) })
        else { return nil }
        var plain = PlainStatuses(reply.body, ids, endpoint)
        return try? plain.answers()
    }

    private init(_ body: [UInt8], _ ids: [String], _ endpoint: ProviderEndpoint) {
        reader = JSONReader(bytes: body, limits: .reply)
        self.ids = ids
        self.endpoint = endpoint
    }

    private mutating func answers() throws -> [String: Answer<StatusReport>] {
        var answers = [String: Answer<StatusReport>](minimumCapacity: ids.count)
        try reader.beginObject()
        while let key = try reader.nextKeyAsWritten() {
            let id = try id(key)
            answers[id] = try answer()
        }
        try reader.end()
        guard !answers.isEmpty else { throw NotPlain() }
        if answers.count < ids.count {
            for id in ids where answers[id] == nil { answers[id] = .missing }
        }
        return answers
    }

    /// The id that a key of the reply is.
    private mutating func id(_ key: UnsafeBufferPointer<UInt8>) throws -> String {
        // None of the words that frame a reply has a digit.
        guard key.contains(where: { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            throw NotPlain()
        }
        if next == ids.count || !key.elementsEqual(ids[next].utf8) {
            guard let place = ids.firstIndex(where: { key.elementsEqual($0.utf8) }) else {
                throw NotPlain()
            }
            next = place
        }
        defer { next += 1 }
        return ids[next]
    }
}

// MARK: - One answer

extension PlainStatuses {
    /// The keys of an answer that are read.
    private enum Field {
        case status, startCount, remains, charge, currency
        /// Any other that does not change the meaning of these.
        case other

        init(_ key: UnsafeBufferPointer<UInt8>) throws(NotPlain) {
            if key.isEqual(to: "status") {
                self = .status
            } else if key.isEqual(to: "remains") {
                self = .remains
            } else if key.isEqual(to: "charge") {
                self = .charge
            } else if key.isEqual(to: "currency") {
                self = .currency
            } else if key.isEqual(to: "start_count") {
                self = .startCount
            } else {
                // An escaped key may be any of them; one that is not ASCII may say that the answer
                // is damaged (`NearJSON`).
                guard key.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\\") }),
                    !Self.telling.contains(where: key.isEqual)
                else { throw NotPlain() }
                self = .other
            }
        }

        /// The keys of complaints, of drip-feed orders and subscriptions, and other names.
        private static let telling: [StaticString] = [
            "error", "errors", "message", "msg", "success", "posts", "expiry", "runs", "orders",
            "start_counter",
        ]
    }

    /// Reads the answer about one order, as `ProviderEndpoint.status` does.
    private mutating func answer() throws -> Answer<StatusReport> {
        guard try reader.peek() == .object else { return endpoint.status(try reader.value()) }
        var word: Word?
        var startCount: Int64?
        var remains: (count: Int64?, unreadable: String?)
        var charge: (amount: Amount?, unreadable: String?)
        var currency: Currency?
        try reader.beginObject()
        while let key = try reader.nextKeyAsWritten() {
            let field = try Field(key)
            guard field != .other, let text = try reader.textAsWritten() else {
                try reader.skip()
                continue
            }
            switch field {
            case .status: word = try self.word(text)
            case .startCount: startCount = try count(text).count
            case .remains: remains = try count(text)
            case .charge: charge = try amount(text)
            case .currency: currency = try self.currency(text)
            case .other: break
            }
        }
        guard let word, !word.text.isEmpty else { return .error("no status") }
        return .report(
            StatusReport(
                status: word.status, word: word.text, startCount: startCount,
                remains: remains.count, charge: charge.amount, currency: currency, runs: nil,
                posts: nil, ordersMade: nil, unreadableRemains: remains.unreadable,
                unreadableCharge: charge.unreadable, unreadableProgress: nil))
    }

    private mutating func word(_ text: UnsafeBufferPointer<UInt8>) throws -> Word {
        for known in words where text.elementsEqual(known.written) { return known.word }
        let shown = endpoint.evidence(try Self.value(text).text ?? "")
        let word = Word(text: shown, status: OrderStatus(word: shown))
        words.append((Array(text), word))
        return word
    }

    private mutating func currency(_ text: UnsafeBufferPointer<UInt8>) throws -> Currency? {
        if let currency, text.elementsEqual(currency.written) { return currency.named }
        let named = try Self.value(text).currency
        currency = (Array(text), named)
        return named
    }

    private func count(
        _ text: UnsafeBufferPointer<UInt8>
    ) throws -> (count: Int64?, unreadable: String?) {
        if let number = Self.digits(text, decimals: 0) { return (number, nil) }
        let value = try Self.value(text)
        return (value.count, endpoint.unreadable(value, \.wholeNumber))
    }

    private func amount(
        _ text: UnsafeBufferPointer<UInt8>
    ) throws -> (amount: Amount?, unreadable: String?) {
        if let micros = Self.digits(text, decimals: 6) { return (Amount(micros: micros), nil) }
        let value = try Self.value(text)
        return (
            value.amount.flatMap { $0 < .zero ? nil : $0 }, endpoint.unreadable(value, \.amount)
        )
    }

    /// A number of at most twelve digits before its point and `decimals` after it, in the unit of
    /// the last decimal; nil if it is written in any other way.
    private static func digits(_ text: UnsafeBufferPointer<UInt8>, decimals: Int) -> Int64? {
        var value: Int64 = 0
        var written: Int?
        for byte in text {
            if byte == UInt8(ascii: "."), written == nil, decimals > 0 {
                written = 0
                continue
            }
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
            if let digits = written { written = digits + 1 }
        }
        let after = written ?? 0
        let before = text.count - (written == nil ? 0 : after + 1)
        guard 1...12 ~= before, after <= decimals, written != 0 else { return nil }
        for _ in after..<decimals { value *= 10 }
        return value
    }

    /// A text that is not plain, for the reader of any text.
    private static func value(_ text: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
        guard !text.contains(UInt8(ascii: "\\")) else { throw NotPlain() }
        return .string(String(decoding: text, as: UTF8.self))
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func isEqual(to text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount
            && elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: count))
    }
}
