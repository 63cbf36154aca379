import BatchFiles
import Ledger
import StrictJSON

/// A line for a batch that calls share.
package struct GatheredLine: Sendable {
    package let kind: LineKind
    /// The line as a JSON object of the contract's form (contract.md §4).
    package let object: [UInt8]
    /// What the batch says about links that have an open order; nil: nothing. Lines share a file
    /// only with lines that want the same.
    package let duplicateLinks: String?

    package init(_ kind: LineKind, object: [UInt8], duplicateLinks: String? = nil) {
        self.kind = kind
        self.object = object
        self.duplicateLinks = duplicateLinks
    }
}

/// What became of a call's line.
package enum LineAnswer: Sendable {
    /// What the receipt says of the line.
    case known(LineReport)
    /// The file that brought the line was refused whole.
    case refused(code: String, detail: String?)
    /// Nothing happened, now and ever: the commit was late, and the line was taken back.
    case withdrawn
    /// It has had its effect, or will have it, and nobody knows which yet.
    case taken
}

/// A file made of the lines of calls. Its batch is one that nobody ever used: `api/` and 128 random
/// bits.
struct GatheredBatch: Sendable {
    let name: String
    let bytes: [UInt8]
    /// How many lines it has of each kind, in the order of the file.
    private let counts: [(kind: LineKind, count: Int)]

    /// - Parameter lines: the lines, which want the same, sorted by kind as in `FileForm.kinds`.
    init(_ lines: [GatheredLine]) {
        let id = Self.randomName()
        name = "api-\(id).json"
        counts = FileForm.batch.kinds.map { kind in (kind, lines.count { $0.kind == kind }) }
        precondition(
            counts.reduce(0) { $0 + $1.count } == lines.count, "a line of a kind that no batch has")
        bytes = Self.text(of: lines, batch: "api/\(id)")
    }

    private static func text(of lines: [GatheredLine], batch: String) -> [UInt8] {
        var head = JSONWriter()
        head.beginObject()
        head.member("batch", batch)
        head.given("duplicate_links", lines.first?.duplicateLinks)
        head.endObject()
        // The lines are objects already, so they are put in as they are.
        var bytes = head.drain()
        bytes.removeLast()
        var last: LineKind?
        for line in lines {
            if line.kind == last {
                bytes += ",\n".utf8
            } else {
                bytes += "\(last == nil ? "" : "]"),\n\"\(line.kind.rawValue)\":[\n".utf8
                last = line.kind
            }
            bytes += line.object
        }
        bytes += "\(last == nil ? "" : "]")}\n".utf8
        return bytes
    }

    /// 128 random bits in hexadecimal. On Linux they come from getrandom(2).
    private static func randomName() -> String {
        (0..<2).map { _ in
            let half = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - half.count) + half
        }.joined()
    }

    /// What became of each line, in the order of the file.
    ///
    /// - Parameters:
    ///   - report: what the ledger knows of the file.
    ///   - receipts: the reading that `report` is from.
    /// - Returns: an answer for each line.
    /// - Throws: `StoreError`.
    @Sendable func answers(_ report: FileReport, _ receipts: Receipts) throws -> [LineAnswer] {
        let refusal = LineAnswer.refused(
            code: report.reason ?? report.status, detail: report.detail)
        var answers: [LineAnswer] = []
        for (kind, count) in counts {
            var ofKind = [LineAnswer](repeating: refusal, count: count)
            try receipts.forEachLine(of: report, kind) { line in
                if ofKind.indices.contains(Int(line.line) - 1) {
                    ofKind[Int(line.line) - 1] = .known(line)
                }
            }
            answers += ofKind
        }
        return answers
    }
}
