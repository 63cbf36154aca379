/// Why a text is no CSV by RFC 4180.
package struct NoCSV: Error {
    package let reason: String
    package let offset: Int
}

/// Reads CSV as RFC 4180 has it and no other: every line ends with CRLF, a quotation mark stands
/// only around a field or doubled in it, and every line has as many fields as the first. A byte
/// order mark at its start says that it is UTF-8, and is no part of the first field.
package func rows(ofCSV text: String) throws -> [[String]] {
    var rest = Array(text.utf8)[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var rows: [[String]] = []
    func refuse(_ reason: String) -> NoCSV { NoCSV(reason: reason, offset: rest.startIndex) }

    func field() throws -> String {
        guard rest.first == UInt8(ascii: "\"") else {
            let plain = rest.prefix { !#",""#.utf8.contains($0) && $0 != 13 && $0 != 10 }
            rest = rest[plain.endIndex...]
            return String(decoding: plain, as: UTF8.self)
        }
        var bytes: [UInt8] = []
        rest.removeFirst()
        while true {
            let piece = rest.prefix { $0 != UInt8(ascii: "\"") }
            bytes += piece
            rest = rest[piece.endIndex...]
            guard !rest.isEmpty else { throw refuse("a quoted field does not end") }
            rest.removeFirst()
            guard rest.first == UInt8(ascii: "\"") else { break }
            bytes.append(rest.removeFirst())
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    while !rest.isEmpty {
        var row = [try field()]
        while rest.first == UInt8(ascii: ",") {
            rest.removeFirst()
            row.append(try field())
        }
        guard rest.starts(with: [13, 10]) else { throw refuse("a line does not end with CRLF") }
        rest = rest.dropFirst(2)
        guard row.count == rows.first?.count ?? row.count else {
            throw refuse("\(row.count) fields, the first line has \(rows[0].count)")
        }
        rows.append(row)
    }
    return rows
}
