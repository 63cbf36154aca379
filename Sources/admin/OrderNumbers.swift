import Ledger
import Logging
import Receipting
import Run
import Spool
import Stage
import StrictJSON

/// The numbers that orders of lost files had, from the receipts in the archive.
///
/// Only the programs can write there, so these receipts are believed; no receipt in an outbox is.
struct OrderNumbers {
    private let context: RunContext
    private let spool: Spool
    /// Where archived files lie: the same bytes may have been replayed before, on another day.
    private let directories: [KeptFile: [String]]

    init(_ context: RunContext, _ spool: Spool, _ archived: [ArchivedFile]) throws {
        self.context = context
        self.spool = spool
        var directories: [KeptFile: [String]] = [:]
        for file in archived {
            guard let kept = file.kept else { continue }
            directories[kept, default: []].append(file.directory)
        }
        self.directories = directories
    }

    /// The numbers by line. If the file was replayed before, its latest receipt decides; a line
    /// that has none there keeps that of an earlier one.
    func orders(of file: KeptFile) throws -> [NumberedLines] {
        var numbers: [Int64: Int64] = [:]
        let receipts = try spool.archivedReceipts(
            of: file.digest, file.owner.dropper, in: directories[file])
        for path in receipts {
            do {
                let receipt = try ArchivedReceipt(path)
                try ReceiptNumbers.read(receipt.fill) { numbers[$0] = $1 }
            } catch let error as JSONError {
                context.logger.warning(
                    "a receipt in the archive cannot be read; its orders get new numbers",
                    metadata: ["receipt": "\(path)", "error": "\(error)"])
            }
        }
        var runs: [NumberedLines] = []
        let plausible = 1...Int64.max / 2
        for (line, order) in numbers.sorted(by: { $0.key < $1.key })
        where plausible.contains(line) && plausible.contains(order) {
            if runs.isEmpty || !runs[runs.count - 1].extend(line: line, order: order) {
                runs.append(NumberedLines(line: line, order: order))
            }
        }
        return runs
    }
}
