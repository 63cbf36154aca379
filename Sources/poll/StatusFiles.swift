import Ledger
import Logging
import Money
import Run
import Spool
import StrictJSON
import Timestamps
import Trade

/// Reports changes to resellers: `outbox/status-<10 digits>.json` (contract.md §4).
///
/// 1. Commit the user's next number with the bytes of the file.
/// 2. Write the files into the outboxes, and sync them.
/// 3. Commit that they are there.
///
/// If a run dies in between, the next one writes the same files again. Numbers have no gap and are
/// never used twice.
struct StatusFiles {
    private let context: RunContext
    private let ledger: Ledger
    private let spool: Spool

    init(_ context: RunContext, _ ledger: Ledger, _ spool: Spool) {
        self.context = context
        self.ledger = ledger
        self.spool = spool
    }

    /// Writes the files of all users with changes. If something in an outbox is in the way of a
    /// file, that is logged, and a later run writes the file. A later run also writes the files
    /// that are left when the time is up.
    ///
    /// - Parameter isOver: whether the time is up.
    /// - Returns: how many files were written.
    /// - Throws: `StoreError`; `SystemError`.
    func publish(until isOver: () -> Bool) throws -> Int {
        try ledger.issueStatusFiles(at: context.clock.now(), until: isOver, render: render)
        var written = 0
        var last: StatusFile?
        while true {
            let files = try ledger.unpublishedStatusFiles(after: last)
            if files.isEmpty { return written }
            last = files.last
            var publishing = try Publishing(spool)
            for file in files {
                try publishing.add(OutboxName.statusFile(file.sequence), in: outbox(of: file)) {
                    try $0.write(file.content)
                }
            }
            let obstacles = try publishing.finishUnobstructed()
            for (number, obstacle) in obstacles.sorted(by: { $0.key < $1.key }) {
                let file = files[number]
                context.logger.warning(
                    "cannot write a status file",
                    metadata: [
                        "path": "\(outbox(of: file))/\(OutboxName.statusFile(file.sequence))",
                        "reason": "\(obstacle)",
                    ])
            }
            let published = files.indices.filter { obstacles[$0] == nil }.map { files[$0] }
            try ledger.notePublished(published)
            written += published.count
            if isOver() { return written }
        }
    }

    private func outbox(of file: StatusFile) -> String {
        spool.outbox(of: .reseller(file.user.rawValue))
    }

    private static func write(_ request: ChangeReport.RequestReport, _ json: inout JSONWriter) {
        json.member("ref", request.ref)
        json.member("order", request.order.rawValue)
        json.member("status", request.status)
    }

    private func render(_ report: ChangeReport) -> [UInt8] {
        var json = JSONWriter(pretty: true)
        json.beginObject()
        json.member("status", 1)
        json.member("sequence", report.sequence)
        json.member("at", "\(report.at)")
        json.list("orders", report.orders) { order, json in
            json.member("order", order.order.rawValue)
            json.member("ref", order.ref)
            json.member("status", order.state.status(lastWord: order.status).word)
            json.member("start_count", order.startCount)
            json.member("remains", order.remains)
            json.member("charge", order.netCharge.description)
            json.member("refunded", order.refunded.description)
        }
        json.list("refills", report.refills, Self.write)
        if !report.cancels.isEmpty { json.list("cancels", report.cancels, Self.write) }
        json.list("deposits", report.deposits) { deposit, json in
            json.member("ref", deposit.ref)
            json.member("method", deposit.method)
            json.member("reference", deposit.reference)
            json.member("status", deposit.status)
            json.member("credited", deposit.credited.map { "\($0)" })
            json.member("fee", deposit.fee.map { "\($0)" })
        }
        json.list("withdrawals", report.withdrawals) { withdrawal, json in
            json.member("ref", withdrawal.ref)
            json.member("status", withdrawal.status)
            json.member("amount", "\(withdrawal.amount)")
            json.member("fee", "\(withdrawal.fee)")
            json.member("reference", withdrawal.reference)
        }
        json.member("balance", "\(report.balance)")
        json.endObject()
        return json.drain()
    }
}

extension ChangeReport.OrderReport {
    /// The order's charge, less refunds. A refund is never more than the charge.
    fileprivate var netCharge: Amount { Amount(micros: charge.micros - refunded.micros) }
}

extension JSONWriter {
    /// Writes an array of objects, one on each line.
    fileprivate mutating func list<Element>(
        _ key: String, _ elements: [Element], _ body: (Element, inout JSONWriter) -> Void
    ) {
        self.key(key)
        beginArray()
        for element in elements {
            beginObject(inline: true)
            body(element, &self)
            endObject()
        }
        endArray()
    }
}
