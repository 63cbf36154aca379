import Ledger

/// The ids that a call is about: one, or a list.
package struct CallIDs: Equatable, Sendable {
    /// As they were written, each once, in the order of the call.
    package let texts: [String]
    /// Whether the answer is about several, even if it is about one only.
    package let isList: Bool

    /// How many ids one call may have. Twice as many as the trade's pages say, because clients try.
    static let most = 200
    /// The longest text of an id that is told back, in bytes.
    private static let longest = 64

    /// Reads `several` if the call has it; else `one`, which some clients give a list too.
    init(_ form: CallForm, one: String, several: String) throws(TradeError) {
        if let list = form[several] {
            try self.init(Self.ids(in: list), isList: true)
        } else {
            let text = form[one] ?? ""
            let ids = Self.ids(in: text)
            try self.init(ids.count > 1 ? ids : [text], isList: ids.count > 1)
        }
    }

    private init(_ texts: [String], isList: Bool) throws(TradeError) {
        guard 1...Self.most ~= texts.count, texts.allSatisfy({ $0.utf8.count <= Self.longest })
        else { throw .incorrectRequest }
        self.texts = texts
        self.isList = isList
    }

    /// The ids of a list, separated by commas or line ends. Clients in Python may leave the
    /// brackets and quotation marks of a list.
    private static func ids(in text: String) -> [String] {
        var ids: [String] = []
        var known: Set<String> = []
        var id = String.UnicodeScalarView()
        // By scalars: to find characters took a third of a call for a hundred orders.
        for scalar in Array(text.unicodeScalars) + [","] {
            if scalar == "," || scalar.isLineEnd {
                if !id.isEmpty, known.insert(String(id)).inserted { ids.append(String(id)) }
                id = String.UnicodeScalarView()
            } else if !scalar.isBesideIDs {
                id.append(scalar)
            }
        }
        return ids
    }

    /// The number that an id is; nil if it is none of ours.
    static func number(_ text: String) -> Int64? {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int64(text)
    }
}

extension Unicode.Scalar {
    fileprivate var isLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether it is a blank, a bracket or a quotation mark.
    fileprivate var isBesideIDs: Bool {
        switch self {
        case " ", "\t", "[", "]", "'", "\"": true
        default: !isASCII && properties.isWhitespace
        }
    }
}
