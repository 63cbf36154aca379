import BatchFiles
import Ledger
import Logging
import Receipting
import Run
import Settings
import Spool
import Stage
import Timestamps

/// Steps 4 and 5 of `TakeFiles`: delivers receipts, and moves files to their final places.
///
/// Everything here can be repeated: a receipt has the same bytes whenever it is rendered, and a
/// move that was made is not made again.
struct FinishFiles {
    private let context: RunContext
    private let spool: Spool
    private let ledger: Ledger

    init(_ stage: Stage) {
        context = stage.context
        spool = stage.spool
        ledger = stage.ledger
    }

    /// Writes the receipts of files, and then moves the files to their final places.
    ///
    /// A file whose receipt cannot be delivered is not moved: the next run tries again.
    ///
    /// - Parameters:
    ///   - files: files whose effects are committed.
    ///   - notes: counts finished files, and notes obstacles.
    /// - Throws: `SystemError`, `StoreError`.
    func finish(_ files: [TakenFile], _ notes: inout IntakeNotes) throws {
        var publishing = try Publishing(spool)
        var rendered: [(file: FinishedFile, receipt: Int)] = []
        try ledger.receipts { receipts in
            for taken in files {
                let (file, report) = (taken.file, try taken.report(from: receipts))
                let name = file.isLeftover ? FileName(report.name) : file.name
                let receipt = try publish(
                    report, file.dropper, name, receipts, &publishing,
                    keptIn: report.hasOrders
                        ? spool.archive(of: file.dropper, at: report.receivedAt) : nil)
                let isUnreadable = taken.isUnreadable(report)
                if isUnreadable { try publishReason(report, file.dropper, name, &publishing) }
                let place: FinishedFile.Destination =
                    isUnreadable ? .quarantine : .archive(receivedAt: report.receivedAt)
                rendered.append((FinishedFile(file, as: name, to: place), receipt))
                try count(report, isUnreadable, isNew: taken.isNew, &notes)
            }
        }
        let obstacles = try publishing.finishUnobstructed()
        let delivered = rendered.filter { obstacles[$0.receipt] == nil }
        let left = try spool.finish(delivered.map(\.file))
        notes.counts.moved += delivered.count
        for obstacle in obstacles.values + left { notes.report(obstacle) }
    }

    /// Moves an entry that must not be read into quarantine, as it is. If all of its bytes were
    /// hashed, it is known by them from then on, like any other file.
    ///
    /// It is taken out of its inbox first, so that the entry that is reported and quarantined is
    /// the one that was judged, and not another one that took its name in the meantime.
    ///
    /// - Parameters:
    ///   - entry: the entry of the inbox, as it was judged.
    ///   - limit: the most bytes that are hashed; nil: none.
    ///   - rejection: why it is not read.
    ///   - inbox: where it lies.
    ///   - notes: counts the entry.
    /// - Throws: `SystemError`, `StoreError`.
    func quarantine(
        _ entry: Candidate, hashing limit: Int64? = nil, _ rejection: Rejection,
        from inbox: Inbox, _ notes: inout IntakeNotes
    ) throws {
        guard let held = try spool.hold(entry, from: inbox) else { return }
        do {
            let digest = try limit.map(held.digest) ?? Spool.digestOfNothing
            // If somebody still writes to it, it is another file by now.
            guard try held.isUnchanged() else { return try held.putBack() }
            let arrival = Arrival(
                of: inbox.dropper.inLedger, name: "\(entry.name)", digest: digest,
                bytes: limit == nil ? 0 : entry.bytes, receivedAt: context.clock.now())
            try quarantine(held, arrival, entry.name, rejection, of: inbox.dropper, &notes)
        } catch let obstacle as SystemError where obstacle.isObstacle {
            try held.putBack()
            throw obstacle
        }
    }

    private func quarantine(
        _ held: HeldEntry, _ arrival: Arrival, _ name: FileName, _ rejection: Rejection,
        of dropper: Dropper, _ notes: inout IntakeNotes
    ) throws {
        let (report, isNew) = try refuse(arrival, rejection, from: dropper)
        var publishing = try Publishing(spool)
        try ledger.receipts { receipts in
            _ = try publish(report, dropper, name, receipts, &publishing)
        }
        try publishReason(report, dropper, name, &publishing)
        try publishing.finish()
        try spool.quarantine(held, digest: report.digest)
        try count(report, true, isNew: isNew, &notes)
        notes.counts.moved += 1
    }

    /// Writes down in the ledger that a file was not read, if the file has a digest to be known by
    /// and a user to be kept for.
    private func refuse(
        _ arrival: Arrival, _ rejection: Rejection, from dropper: Dropper
    ) throws -> (report: FileReport, isNew: Bool) {
        guard arrival.digest != Spool.digestOfNothing else {
            return (FileReport(unkept: arrival, rejection), true)
        }
        let row = try ledger.intake(at: arrival.receivedAt) { intake in
            try intake.canKeep(arrival, from: dropper)
                ? intake.settled(arrival)
                    ?? (intake.refuse(arrival, batch: nil, lines: 0, rejection), true)
                : nil
        }
        guard let row else { return (FileReport(unkept: arrival, rejection), true) }
        return (try ledger.receipts { try $0.report(of: row.file) }, row.isNew)
    }

    /// Renders a receipt.
    ///
    /// A replay after a restore must give orders the numbers that they had. So the receipt of a
    /// file that made orders is kept beside the file, too, where only the programs can write.
    ///
    /// - Returns: its number among the published files.
    private func publish(
        _ report: FileReport, _ dropper: Dropper, _ name: FileName, _ receipts: Receipts,
        _ publishing: inout Publishing, keptIn directory: String? = nil
    ) throws -> Int {
        try publishing.addReceipt(
            for: name, digest: report.digest, in: spool.outbox(of: dropper), keptIn: directory
        ) { piece in
            try ReceiptWriter(currency: context.settings.currency)
                .write(report, FileForm(dropper), receipts) { try piece.write($0) }
        }
    }

    private func publishReason(
        _ report: FileReport, _ dropper: Dropper, _ name: FileName,
        _ publishing: inout Publishing
    ) throws {
        let place = spool.reasonFile(digest: report.digest, name, of: dropper)
        try publishing.add(place.name, in: place.directory, mode: 0o600) { piece in
            try piece.write(ReceiptWriter.reason(report))
        }
    }

    /// Counts a file that this run committed. For a file that an earlier run committed, this run
    /// has only written the receipt again.
    private func count(
        _ report: FileReport, _ isUnreadable: Bool, isNew: Bool, _ notes: inout IntakeNotes
    ) throws {
        if isNew {
            try notes.counts.add(report, isUnreadable: isUnreadable)
        } else {
            notes.counts.repeated += 1
        }
        context.logger.debug(
            "took a file",
            metadata: [
                "user": "\(report.owner.dropper.name)", "file": "\(report.name)",
                "status": "\(report.status)", "lines": "\(report.lines)",
                "reason": "\(report.reason ?? "none")",
            ])
    }
}
