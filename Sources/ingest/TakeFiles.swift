import BatchFiles
import Ledger
import Logging
import Run
import Settings
import Spool
import Stage
import Timestamps

/// Takes every due file, once: files to be replayed after a restore, then small ones from doors,
/// then the desk's, then the named desks' and the resellers' in fair turns.
///
/// First, entries that an earlier run took out of an inbox, and neither removed nor quarantined, go
/// back there (`HeldEntry`). Then files are taken in groups, each group by these steps:
///
/// 1. Copy the files. If one ends early and has been still for only a short time, its copy is
///    dropped and the original stays. Sync the copies, move them to `work`, sync it. From here on
///    nothing can be lost.
/// 2. Read each file from end to end, unless that was done when it was copied: what it says about
///    itself, and whether it can be read at all.
/// 3. Check, price and charge the lines, in one commit for many files. This is their only effect.
/// 4. Render the receipts from the ledger into the outboxes, and sync those.
/// 5. Move the copies to `archive` or `quarantine`; then take the originals out of the inboxes.
///
/// A run that dies before the commit of step 3 did nothing: the next one copies the originals
/// again. One that dies later left a row in the ledger: the next run finds it by the file's owner
/// and SHA-256, and repeats steps 4 and 5 with the same bytes. The original goes last, so a name is
/// known as long as it is needed (design.md §4).
///
/// A file in a door is not copied: step 1 collects it by a rename (`Collecting`), and step 5 has no
/// original to remove. Somebody may be waiting for its receipt, so small ones come before the next
/// commit of anything else. They are answered from the ledger, after step 3. So, while only doors
/// have news, steps 4 and 5 wait a moment, and many commits share their syncs (`LingerPlan`).
///
/// Step 1 is here, steps 2 and 3 are in TakeFiles+Commits.swift; `FinishFiles` has steps 4 and 5.
/// At the end the run writes down what it left in its place (`IntakeNotes`).
struct TakeFiles {
    let context: RunContext
    let stage: Stage
    let finishing: FinishFiles
    var notes: IntakeNotes
    /// Small files from doors that had step 3, and not yet steps 4 and 5.
    var committed: [TakenFile] = []
    /// The owner of the door from which a file was taken last.
    var lastDoor = ""
    /// Whether a desk's file came through a door since directories were last made.
    var mayHaveNewUsers = false
    /// The fewest orders of a commit that are read on a thread of their own.
    var fewestAhead = OrdersAhead.fewest
    /// What was found in the files copied last, by the paths of their copies.
    var findings: [String: BatchOutline.Finding] = [:]
    /// When looks before this one first passed an entry over, by its path and inode.
    private var firstSeen: [String: (inode: Int64, moment: Timestamp)] = [:]
    var hasWarnedOfKeys = false
    /// Called after each commit, with whether it left work to dispatch: somebody may be waiting.
    var afterCommit: (_ isDispatchDue: Bool) -> Void = { _ in }

    /// A file that is too long is hashed if it has at most this many times the bytes allowed.
    private static let hashedAtMost: Int64 = 64
    /// The most bytes copied before they are taken; a longer file is a group of its own.
    static let groupBytes: Int64 = 16 << 20
    /// The most names listed at once, of all inboxes together. Another look finds the rest.
    static let namesAtOnce = 50_000
    /// The minimum number of names listed of one inbox, however many inboxes there are.
    private static let leastNames = 100

    var spool: Spool { stage.spool }
    var ledger: Ledger { stage.ledger }

    /// - Parameter context: the context of the run.
    /// - Throws: `NoRoom`, `SystemError`, `LedgerError`, `StoreError`.
    init(_ context: RunContext) throws {
        self.context = context
        stage = try Stage.open(context, leastFree: context.settings.intake.minFreeBytes)
        try stage.providers()
        OpenFiles.makeRoom()
        finishing = FinishFiles(stage)
        notes = IntakeNotes(stage)
    }

    mutating func run() throws -> Summary {
        try takeEverything()
        return summary
    }

    var summary: Summary { notes.counts.summary }

    /// Takes everything that is due now. May be called again.
    mutating func takeEverything() throws {
        notes.beginLook(everywhere: true)
        try finishCommitted()
        firstSeen = Dictionary(
            uniqueKeysWithValues: try ledger.passedOver().compactMap { entry in
                entry.since.map { (entry.path, (entry.inode, $0)) }
            })
        if let stray = spool.strayDesk {
            context.logger.warning(
                "nothing is taken from here: no reseller can have the desk's name",
                metadata: ["directory": "\(stray)"])
        }
        try putBackHeld()
        try takeLostFiles()
        try takeCollected()
        var isMoreDue = true
        while isMoreDue { isMoreDue = try look() }
        try takeLeftovers()
        try warnOfKeys()
        try lookBesideInboxes()
        try notes.reportPassedOver()
    }

    // MARK: Inboxes

    /// Looks into every door and inbox once, or only at `places`, and says whether another look is
    /// worthwhile. If those are only doors, what came through them may be left `committed`.
    mutating func look(at places: DropPlaces? = nil) throws -> Bool {
        let ofDoors = try takeWaitingInDoors(of: places?.doors)
        let some = places?.inboxes
        if some?.isEmpty != true { try finishCommitted() }
        let before = notes.counts.moved
        let ofDesk = some?.contains(.desk) == false ? false : try takeAll(from: [.desk])
        let ofDesks = try takeAll(from: namedDesks.filter { some?.contains($0) != false })
        if some == nil || mayHaveNewUsers || notes.counts.moved > before { try makeDirectories() }
        let resellers = try some ?? Set(spool.resellers().map { .reseller($0) })
        let ofResellers = try takeAll(
            from: resellers.filter { !$0.isDesk }.sorted { $0.name < $1.name })
        return ofDoors || ofDesk || ofDesks || ofResellers
    }

    private mutating func makeDirectories() throws {
        mayHaveNewUsers = false
        for owner in try namedDesks + ledger.users().map({ .reseller($0.rawValue) }) {
            try notes.reportingObstacles { spool throws(SystemError) in
                try spool.makeDirectories(of: owner)
            }
        }
    }

    private var namedDesks: [Dropper] {
        context.settings.desks.keys.sorted().map { .namedDesk($0) }
    }

    private mutating func takeAll(from droppers: [Dropper]) throws -> Bool {
        let limit = max(Self.leastNames, Self.namesAtOnce / max(1, droppers.count))
        let before = notes.counts
        var inboxes: [(place: Inbox, names: [FileName])] = []
        var strays: [Stray] = []
        let clock = context.clock
        for dropper in droppers {
            try notes.reportingObstacles { spool throws(SystemError) in
                guard let inbox = try spool.openInbox(of: dropper) else { return }
                let listing = try inbox.list(limit: limit, strays: PassedOverEntries.mostPerOwner)
                // Thousands of resellers have one each.
                if !listing.names.isEmpty { inboxes.append((inbox, listing.names)) }
                if listing.strays.isEmpty { return }
                strays += try inbox.strays(listing.strays, now: clock.now())
            }
        }
        for stray in strays { notes.passOver(stray) }
        var turns = FairTurns(inboxes)
        let due = notes.counts.moved + inboxes.reduce(0) { $0 + $1.names.count }
        while !turns.isOver {
            try takeDoorsFirst()
            try take(try copy(from: &turns))
            context.progress("took", notes.counts.moved, of: due)
        }
        // Stop if nothing moved: otherwise the same names would be listed again for ever.
        return inboxes.contains { $0.names.count == limit }
            && notes.counts.moved > before.moved
            && notes.counts.obstacles == before.obstacles
    }

    /// Step 1 for as many files as make one group.
    private mutating func copy(from turns: inout FairTurns<Inbox>) throws -> [CopiedFile] {
        let mostFiles = context.settings.intake.maxFilesPerCommit
        var copying = try Copying(spool)
        var found: [CopiedName: BatchOutline.Finding] = [:]
        var (files, bytes) = (0, Int64(0))
        while files < mostFiles, bytes < Self.groupBytes, let (inbox, name) = turns.next() {
            guard let candidate = try due(name, in: inbox) else { continue }
            turns.count(candidate.bytes)
            let outcome = try copying.copy(candidate, from: inbox) { bytes in
                let finding = try BatchOutline.find(
                    in: BatchFile(FileForm(inbox.dropper), bytes))
                found[CopiedName(inbox.dropper, name)] = finding
                if case .endsEarly = finding { return true }
                return false
            }
            switch outcome {
            case .copied:
                notes.passedOver.remove("\(inbox.path)/\(name.safe)")
                files += 1
                bytes += candidate.bytes
            case .changed: continue
            case .unreadable: notes.passOverUnreadable(candidate, in: inbox)
            case .incomplete: passOver(candidate, in: inbox, for: .incomplete)
            case .twin:
                turns.putBack(name)
                return try copied(&copying, found)
            }
        }
        return try copied(&copying, found)
    }

    private mutating func copied(
        _ copying: inout Copying, _ found: [CopiedName: BatchOutline.Finding]
    ) throws -> [CopiedFile] {
        let (files, obstacles) = try copying.finish()
        findings = [:]
        for file in files { findings[file.path] = found[CopiedName(file.dropper, file.name)] }
        for obstacle in obstacles { notes.report(obstacle) }
        return files
    }

    /// The file of that name, if it is due. A file that can never be taken is quarantined.
    private mutating func due(_ name: FileName, in inbox: Inbox) throws -> Candidate? {
        let limits = context.settings.intake
        do {
            let judgement = try inbox.judge(
                name, stillness, now: context.clock.now(),
                firstSeen: { firstSeen(name, in: inbox, $0) })
            switch judgement {
            case nil: return nil
            case .later(let entry, let delay): passOver(entry, in: inbox, for: delay)
            case .take(let file) where file.bytes <= limits.maxFileBytes: return file
            case .take(let file):
                let reason =
                    "\(file.bytes) bytes; intake.max_file_bytes is \(limits.maxFileBytes)"
                try finishing.quarantine(
                    file, hashing: Self.hashedAtMost * Int64(limits.maxFileBytes),
                    Rejection(.tooLarge, reason), from: inbox, &notes)
            case .quarantine(let entry, let reason):
                try finishing.quarantine(
                    entry, Rejection(.badJSON, "\(reason); no byte of it was read"),
                    from: inbox, &notes)
            }
        } catch let error as SystemError where error.isObstacle {
            notes.report(error)
        }
        return nil
    }

    private mutating func passOver(_ entry: Candidate, in inbox: Inbox, for delay: Delay) {
        notes.passOver(entry, in: inbox, for: delay)
        notes.wait(
            entry.millisecondsUntilDue(delay, stillness, now: context.clock.now()),
            for: inbox.dropper)
    }

    private var stillness: Stillness {
        let limits = context.settings.intake
        return Stillness(
            whole: Int64(limits.settleSeconds) * 1_000,
            incomplete: Int64(max(limits.settleSeconds, limits.incompleteSeconds)) * 1_000)
    }

    private func firstSeen(_ name: FileName, in inbox: Inbox, _ inode: Int64) -> Timestamp? {
        let known = firstSeen["\(inbox.path)/\(name.safe)"]
        return known?.inode == inode ? known?.moment : nil
    }

    /// Notes entries beside the inboxes, where intake takes nothing.
    private mutating func lookBesideInboxes() throws {
        let droppers = [.desk] + namedDesks + (try spool.resellers().map { .reseller($0) })
        let misplaced = try spool.misplaced(
            droppers, most: PassedOverEntries.mostPerOwner, now: context.clock.now())
        for stray in misplaced { notes.passOver(stray) }
    }
}

/// Tells a copied file from the others of its group.
private struct CopiedName: Hashable {
    let dropper: Dropper
    let name: FileName

    init(_ dropper: Dropper, _ name: FileName) {
        self.dropper = dropper
        self.name = name
    }
}
