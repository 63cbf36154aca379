/// A currency by its code, three to five capital letters: `USD`, `EUR`, `USDT`.
package struct Currency: Hashable, Sendable {
    package let code: String

    package init(parsing text: some StringProtocol) throws(MoneyError) {
        let code = String(text)
        let isCode =
            3...5 ~= code.utf8.count
            && code.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
        guard isCode else { throw .notACurrency(code) }
        self.code = code
    }
}

extension Currency: Comparable {
    package static func < (a: Currency, b: Currency) -> Bool { a.code < b.code }
}

extension Currency: CustomStringConvertible {
    package var description: String { code }
}
