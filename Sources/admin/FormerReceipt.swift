import Ledger
import StrictJSON

/// A receipt of the time that a restored ledger lacks (contract.md §4): what was accepted then.
struct FormerReceipt {
    /// Of the file that it is of.
    private(set) var digest = ""
    private(set) var accepted: [LostLine] = []

    /// - Throws: `JSONError` where it is no receipt.
    init(_ bytes: [UInt8]) throws {
        var reader = JSONReader(bytes: bytes)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if key == "sha256" {
                digest = try reader.string()
            } else if let kind = LineKind(rawValue: key) {
                try reader.beginArray()
                while try reader.nextElement() {
                    if let line = try Self.line(of: kind, &reader) { accepted.append(line) }
                }
            } else {
                try reader.skip()
            }
        }
        try reader.end()
    }

    /// Nil for a line that was not accepted.
    private static func line(
        of kind: LineKind, _ reader: inout JSONReader
    ) throws -> LostLine? {
        var (number, order): (Int64?, Int64?)
        var status = ""
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "line": number = try reader.number().integer
            case "order": order = try reader.number().integer
            case "status": status = try reader.string()
            default: try reader.skip()
            }
        }
        guard status == "accepted" || status == "pending", let number else { return nil }
        return LostLine(kind: kind, number: number, order: order)
    }
}
