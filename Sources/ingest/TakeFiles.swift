import Ledger
import Logging
import Money
import Run
import Settings
import Spool
import Timestamps

/// Takes every due file, once: the desk's first, then the resellers' in fair turns.
///
/// A group of files at a time, each group by these steps:
///
/// 1. Copy the files, sync the copies, move them to `work`, sync it. From here on nothing is lost.
/// 2. Read each from end to end: what it says of itself, and whether it can be read at all.
/// 3. Check, price and charge their lines; one commit for many files. This is their only effect.
/// 4. Render their receipts from the ledger into the outboxes, and sync those.
/// 5. Move the copies to `archive` or `quarantine`; then take the originals out of the inboxes.
///
/// A run that dies before the commit of step 3 did nothing: the next one copies the originals again.
/// One that dies later finds the file's row by its owner and SHA-256 and does steps 4 and 5 again,
/// with the same bytes. The original goes last, so a name is known as long as it is needed
/// (design.md §4).
struct TakeFiles {
    let context: RunContext
    let spool: Spool
    let ledger: Ledger
    private var counts = Counts()

    /// What a run did.
    private struct Counts {
        var files = 0
        var lines: Int64 = 0
        var rejectedLines: Int64 = 0
        var quarantined = 0
        var charged = Amount.zero
    }

    /// The most bytes copied before they are taken; a longer file is a group of its own.
    private static let groupBytes: Int64 = 16 << 20

    /// - Throws: `NoRoom`, `SystemError`, `LedgerError`, `DatabaseError`.
    init(_ context: RunContext) throws {
        self.context = context
        spool = try Spool.open(at: context.settings.spool, program: context.program)
        let free = try spool.freeBytes()
        guard free >= context.settings.intake.minFreeBytes else {
            throw NoRoom(
                path: spool.root, free: free, wanted: context.settings.intake.minFreeBytes)
        }
        ledger = try Ledger.open(
            at: context.settings.ledger, currency: context.settings.currency)
    }

    mutating func run() throws -> Summary {
        try takeAll(from: [.desk])
        let users = try ledger.users()
        for user in users { try spool.makeDirectories(ofReseller: user.rawValue) }
        try takeAll(from: try spool.resellers().map { .reseller($0) })
        try takeLeftovers()
        return Summary(
            "ingested",
            [
                "files": .integer(counts.files), "lines": .integer(counts.lines),
                "rejected_lines": .integer(counts.rejectedLines),
                "quarantined": .integer(counts.quarantined),
                "charged": .text("\(counts.charged)"),
            ])
    }

    // MARK: Groups

    private mutating func takeAll(from droppers: [Dropper]) throws {
        var inboxes: [(inbox: Inbox, names: [FileName])] = []
        for dropper in droppers {
            guard let inbox = try spool.openInbox(of: dropper) else { continue }
            inboxes.append((inbox, try inbox.names()))
        }
        var turns = FairTurns(inboxes)
        var twins: [(inbox: Inbox, names: [FileName])] = []
        while !turns.isOver || !twins.isEmpty {
            if turns.isOver { (turns, twins) = (FairTurns(twins), []) }
            let group = try claim(from: &turns, twins: &twins)
            try take(group)
        }
    }

    /// Step 1 for as many files as make one group.
    private mutating func claim(
        from turns: inout FairTurns, twins: inout [(inbox: Inbox, names: [FileName])]
    ) throws -> [ClaimedFile] {
        let limits = context.settings.intake
        var claiming = try Claiming(spool)
        var bytes: Int64 = 0
        var files = 0
        while files < limits.maxFilesPerCommit, bytes < Self.groupBytes,
            let (inbox, name) = turns.next()
        {
            let judgement = try inbox.judge(
                name, settle: Int64(limits.settleSeconds) * 1_000, now: context.clock.now())
            switch judgement {
            case nil, .later: continue
            case .quarantine(let name, let reason): try seclude(name, reason, from: inbox)
            case .take(let candidate):
                turns.count(candidate.bytes, of: inbox)
                switch try claiming.copy(
                    candidate, from: inbox, limit: Int64(limits.maxFileBytes))
                {
                case .copied:
                    bytes += candidate.bytes
                    files += 1
                case .twin: twins.append((inbox, [name]))
                case .changed: continue
                }
            }
        }
        return try claiming.finish()
    }

    /// Steps 2 to 5. Files share a commit until it holds enough orders or is old enough.
    private mutating func take(_ files: [ClaimedFile]) throws {
        var rest = files[...]
        while !rest.isEmpty {
            let taken = try commit(&rest)
            try finish(taken)
        }
    }

    /// Step 3 for as many of the next files as one commit carries.
    private func commit(_ files: inout ArraySlice<ClaimedFile>) throws -> [TakenFile] {
        let limits = context.settings.intake
        let begun = context.clock.now()
        let group = files
        let (taken, rest) = try ledger.intake(at: begun) { intake in
            var taken: [TakenFile] = []
            var lines = 0
            var rest = group
            while let file = rest.first, lines < limits.maxOrdersPerCommit {
                let effect = FileEffect(file, context.settings, receivedAt: begun)
                taken.append(TakenFile(file: file, kept: try effect.take(in: intake, &lines)))
                rest = rest.dropFirst()
                let age = context.clock.now().milliseconds - begun.milliseconds
                if age >= limits.commitMilliseconds { break }
            }
            return (taken, rest)
        }
        files = rest
        return taken
    }

    /// Steps 4 and 5.
    private mutating func finish(_ files: [TakenFile]) throws {
        var publishing = try Publishing(spool)
        var finished: [FinishedFile] = []
        try ledger.receipts { receipts in
            for taken in files {
                let report =
                    switch taken.kept {
                    case .row(let id): try receipts.report(of: id)
                    case .nothing(let report): report
                    }
                try publish(report, of: taken.file, receipts, &publishing)
                let isUnreadable = taken.isUnreadable(report)
                if isUnreadable {
                    try tellReason(
                        report, taken.file.digest, taken.file.name, taken.file.dropper, &publishing)
                }
                finished.append(
                    FinishedFile(
                        taken.file,
                        to: isUnreadable
                            ? .quarantine : .archive(receivedAt: report.receivedAt)))
                try count(report, isUnreadable)
            }
        }
        try publishing.finish()
        try spool.finish(finished)
    }

    /// Files that a run which died had copied, and whose originals are gone since.
    private mutating func takeLeftovers() throws {
        for dropper in try spool.droppersWithLeftovers() {
            try take(try spool.leftovers(of: dropper))
        }
    }

    // MARK: What people see

    private func publish(
        _ report: FileReport, of file: ClaimedFile, _ receipts: Receipts,
        _ publishing: inout Publishing
    ) throws {
        let outbox = spool.outbox(of: file.dropper)
        let name = try publishing.receiptName(for: file.name, digest: report.digest, in: outbox)
        try publishing.add(name, in: outbox) { piece in
            try ReceiptWriter(currency: context.settings.currency)
                .write(report, of: file.dropper, receipts, to: &piece)
        }
    }

    /// An entry that is no file that could be read: it goes to quarantine as it is.
    private mutating func seclude(
        _ name: FileName, _ reason: String, from inbox: Inbox
    ) throws {
        let arrival = Arrival(
            user: nil, name: "\(name)", digest: Spool.digestOfNothing, bytes: 0,
            receivedAt: context.clock.now())
        let report = FileReport(
            unkept: arrival, Rejection(.badJSON, "\(reason); no byte of it was read"))
        let outbox = spool.outbox(of: inbox.dropper)
        var publishing = try Publishing(spool)
        let receipt = try publishing.receiptName(for: name, digest: report.digest, in: outbox)
        try ledger.receipts { receipts in
            try publishing.add(receipt, in: outbox) { piece in
                try ReceiptWriter(currency: context.settings.currency)
                    .write(report, of: inbox.dropper, receipts, to: &piece)
            }
        }
        try tellReason(report, report.digest, name, inbox.dropper, &publishing)
        try publishing.finish()
        try spool.seclude(name, digest: report.digest, from: inbox)
        try count(report, true)
    }

    private func tellReason(
        _ report: FileReport, _ digest: String, _ name: FileName, _ dropper: Dropper,
        _ publishing: inout Publishing
    ) throws {
        let place = spool.reasonFile(digest: digest, name, of: dropper)
        try publishing.add(place.name, in: place.directory) { piece in
            try piece.write(ReceiptWriter.reason(report))
        }
    }

    private mutating func count(_ report: FileReport, _ isUnreadable: Bool) throws {
        counts.files += 1
        counts.lines += report.lines
        counts.rejectedLines += report.rejected
        counts.quarantined += isUnreadable ? 1 : 0
        counts.charged = try counts.charged + report.charged
        context.logger.debug(
            "took a file",
            metadata: [
                "user": "\(report.user?.rawValue ?? "desk")", "file": "\(report.name)",
                "status": "\(report.status)", "lines": "\(report.lines)",
                "reason": "\(report.reason ?? "none")",
            ])
    }
}
