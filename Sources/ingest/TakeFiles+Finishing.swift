import Ledger
import Logging
import Run
import Settings
import Spool
import Timestamps

// Steps 4 and 5: what people see of a file that was taken.

extension TakeFiles {
    /// Writes the receipts of files, and then moves the files to where they stay.
    ///
    /// A file whose receipt cannot be delivered is not moved: the next run tries again.
    mutating func finish(_ files: [TakenFile]) throws {
        var publishing = try Publishing(spool)
        var rendered: [(file: FinishedFile, receipt: Int)] = []
        try ledger.receipts { receipts in
            for taken in files {
                let (file, report) = (taken.file, try taken.report(from: receipts))
                let name = file.isLeftover ? FileName(report.name) : file.name
                let receipt = try publish(report, file.dropper, name, receipts, &publishing)
                let isUnreadable = taken.isUnreadable(report)
                if isUnreadable { try publishReason(report, file.dropper, name, &publishing) }
                let place: FinishedFile.Destination =
                    isUnreadable ? .quarantine : .archive(receivedAt: report.receivedAt)
                rendered.append((FinishedFile(file, as: name, to: place), receipt))
                try count(report, isUnreadable, isNew: taken.isNew)
            }
        }
        let obstacles = try publishing.finishUnobstructed()
        let delivered = rendered.filter { obstacles[$0.receipt] == nil }
        let left = try spool.finish(delivered.map(\.file))
        counts.moved += delivered.count
        for obstacle in obstacles.values + left { tell(obstacle) }
    }

    /// Moves an entry that is not to be read into quarantine, as it is. A file whose bytes were all
    /// hashed is known by them from then on, as any other.
    ///
    /// It is taken out of its inbox first: what is told and secluded is the entry that was judged, and
    /// not another that came under its name meanwhile.
    ///
    /// - Parameter limit: a file of so many bytes at most is hashed; nil, and nothing is.
    mutating func seclude(
        _ entry: Candidate, hashing limit: Int64? = nil, _ rejection: Rejection, from inbox: Inbox
    ) throws {
        guard let held = try spool.hold(entry, from: inbox) else { return }
        do {
            let digest = try limit.map(held.digest) ?? Spool.digestOfNothing
            // Its writer goes on with it, so it is another file by now.
            guard try held.isUnchanged() else { return try held.putBack() }
            let arrival = Arrival(
                user: inbox.dropper.user, name: "\(entry.name)", digest: digest,
                bytes: limit == nil ? 0 : entry.bytes, receivedAt: context.clock.now())
            try seclude(held, arrival, entry.name, rejection, of: inbox.dropper)
        } catch let obstacle as SystemError where obstacle.isObstacle {
            try held.putBack()
            throw obstacle
        }
    }

    private mutating func seclude(
        _ held: HeldEntry, _ arrival: Arrival, _ name: FileName, _ rejection: Rejection,
        of dropper: Dropper
    ) throws {
        let (report, isNew) = try refuse(arrival, rejection, from: dropper)
        var publishing = try Publishing(spool)
        try ledger.receipts { receipts in
            _ = try publish(report, dropper, name, receipts, &publishing)
        }
        try publishReason(report, dropper, name, &publishing)
        try publishing.finish()
        try spool.quarantine(held, digest: report.digest)
        try count(report, true, isNew: isNew)
        counts.moved += 1
    }

    /// Puts back what a run that died had in its hands.
    mutating func putBackHeld() throws {
        for dropper in try spool.droppersWithLeftovers() {
            try tellingObstacles { spool throws(SystemError) in
                try spool.putBackHeld(of: dropper)
            }
        }
    }

    /// What the ledger keeps of a file that is not read, if there is something to know it by, and
    /// somebody to keep it for.
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

    /// Renders a receipt, and returns its number among what is published.
    private func publish(
        _ report: FileReport, _ dropper: Dropper, _ name: FileName, _ receipts: Receipts,
        _ publishing: inout Publishing
    ) throws -> Int {
        try publishing.addReceipt(
            for: name, digest: report.digest, in: spool.outbox(of: dropper)
        ) { piece in
            try ReceiptWriter(currency: context.settings.currency)
                .write(report, of: dropper, receipts, to: &piece)
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

    /// - Parameter isNew: whether this run committed it. What an earlier one did is only told again.
    private mutating func count(
        _ report: FileReport, _ isUnreadable: Bool, isNew: Bool
    ) throws {
        if isNew {
            try counts.add(report, isUnreadable: isUnreadable)
        } else {
            counts.repeated += 1
        }
        context.logger.debug(
            "took a file",
            metadata: [
                "user": "\(report.user?.rawValue ?? "desk")", "file": "\(report.name)",
                "status": "\(report.status)", "lines": "\(report.lines)",
                "reason": "\(report.reason ?? "none")",
            ])
    }
}
