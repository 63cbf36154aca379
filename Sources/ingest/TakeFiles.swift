import Ledger
import Logging
import Run
import SQLiteTables
import Settings
import Spool
import Timestamps

/// Takes every due file, once: those of a lost time, then the desk's, then the resellers' in fair turns.
///
/// A group of files at a time, each group by these steps:
///
/// 1. Copy the files; of one that ends early, and was not left alone for long, the copy is dropped and the
///    original stays. Sync the copies, move them to `work`, sync it. From here on nothing is lost.
/// 2. Read each from end to end: what it says of itself, and whether it can be read at all.
/// 3. Check, price and charge their lines; one commit for many files. This is their only effect.
/// 4. Render their receipts from the ledger into the outboxes, and sync those.
/// 5. Move the copies to `archive` or `quarantine`; then take the originals out of the inboxes.
///
/// A run that dies before the commit of step 3 did nothing: the next one copies the originals
/// again. One that dies later finds the file's row by its owner and SHA-256 and does steps 4 and 5
/// again, with the same bytes. The original goes last, so a name is known as long as it is needed
/// (design.md §4). What it had taken out of an inbox and not removed or secluded yet, the next one
/// puts back first (`HeldEntry`). Steps 1 to 3 are here, 4 and 5 in the extension that finishes. What stays
/// where it lies is written down at the end (`TakeFiles+PassingOver`).
struct TakeFiles {
    let context: RunContext
    let spool: Spool
    let ledger: Ledger
    var counts = IntakeCounts()
    var passedOver = PassedOverEntries()
    /// When runs before this one first passed an entry over, by its path and inode.
    private let firstSeen: [String: (inode: Int64, moment: Timestamp)]

    /// A file that is too long is still hashed if it has at most so many times the bytes allowed.
    private static let hashedAtMost: Int64 = 64
    /// The most bytes copied before they are taken; a longer file is a group of its own.
    private static let groupBytes: Int64 = 16 << 20
    /// The most names listed at once, of all inboxes together; the rest is for another look.
    private static let namesAtOnce = 50_000
    /// How many names of one inbox are listed at least, however many inboxes there are.
    private static let leastNames = 100

    /// - Throws: `NoRoom`, `SystemError`, `LedgerError`, `StoreError`.
    init(_ context: RunContext) throws {
        self.context = context
        spool = try Spool.open(at: context.settings.spool, program: context.program)
        let free = try spool.freeBytes()
        guard free >= context.settings.intake.minFreeBytes else {
            throw NoRoom(
                path: spool.root, free: free, wanted: context.settings.intake.minFreeBytes)
        }
        ledger = try Ledger.open(
            in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
            lastSeenIn: spool.generationFile)
        // What is sold depends on who can serve it.
        let settings = context.settings
        try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(
                    name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled,
                    rule: $0.chargeRule, exchangeRate: $0.exchangeRate)
            })
        firstSeen = Dictionary(
            uniqueKeysWithValues: try ledger.passedOver().map { ($0.path, ($0.inode, $0.since!)) })
    }

    mutating func run() throws -> Summary {
        if let stray = spool.strayDesk {
            context.logger.warning(
                "nothing is taken from here: no reseller can have the desk's name",
                metadata: ["directory": "\(stray)"])
        }
        try putBackHeld()
        try takeLostFiles()
        var isMoreDue = true
        while isMoreDue { isMoreDue = try look() }
        try takeLeftovers()
        try warnOfKeys()
        try lookBesideInboxes()
        try tellPassedOver()
        return counts.summary
    }

    /// Orders are taken and charged also while the programs that talk to providers stop for want of a key.
    private func warnOfKeys() throws {
        guard counts.hasCharged else { return }
        let problems = context.settings.keyProblems(assumingEnvironment: false)
        for (provider, problem) in problems.sorted(by: { $0.key < $1.key }) {
            context.logger.warning(
                """
                orders were taken and charged, and none can be sent: a provider's key cannot be read, so \
                dispatch and poll stop; mend it, or set enabled: false for that provider
                """, metadata: ["provider": "\(provider)", "key": "\(problem)"])
        }
        for provider in try ledger.providersRefusingKey() {
            context.logger.warning(
                """
                orders were taken and charged, and those for a provider that refuses our key wait; put the \
                right key in its place, or set enabled: false for that provider
                """, metadata: ["provider": "\(provider)"])
        }
    }

    // MARK: Inboxes

    /// Looks into every inbox once, and says whether another look is worth it.
    private mutating func look() throws -> Bool {
        let ofDesk = try takeAll(from: [.desk])
        for user in try ledger.users() {
            try tellingObstacles { spool throws(SystemError) in
                try spool.makeDirectories(ofReseller: user.rawValue)
            }
        }
        let ofResellers = try takeAll(from: try spool.resellers().map { .reseller($0) })
        return ofDesk || ofResellers
    }

    private mutating func takeAll(from droppers: [Dropper]) throws -> Bool {
        let limit = max(Self.leastNames, Self.namesAtOnce / max(1, droppers.count))
        let before = counts
        var inboxes: [(inbox: Inbox, names: [FileName])] = []
        var strays: [Stray] = []
        let clock = context.clock
        for dropper in droppers {
            try tellingObstacles { spool throws(SystemError) in
                guard let inbox = try spool.openInbox(of: dropper) else { return }
                let listing = try inbox.list(limit: limit, strays: PassedOverEntries.mostPerOwner)
                inboxes.append((inbox, listing.names))
                if listing.strays.isEmpty { return }
                strays += try inbox.strays(listing.strays, now: clock.now())
            }
        }
        for stray in strays { passOver(stray) }
        var turns = FairTurns(inboxes)
        let due = counts.moved + inboxes.reduce(0) { $0 + $1.names.count }
        while !turns.isOver {
            try take(try claim(from: &turns))
            context.progress("took", counts.moved, of: due)
        }
        // What could not be moved out of the way would be listed for ever.
        return inboxes.contains { $0.names.count == limit }
            && counts.moved > before.moved && counts.obstacles == before.obstacles
    }

    /// Step 1 for as many files as make one group.
    private mutating func claim(from turns: inout FairTurns) throws -> [CopiedFile] {
        let mostFiles = context.settings.intake.maxFilesPerCommit
        var copying = try Copying(spool)
        var (files, bytes) = (0, Int64(0))
        while files < mostFiles, bytes < Self.groupBytes, let (inbox, name) = turns.next() {
            guard let candidate = try due(name, in: inbox) else { continue }
            turns.count(candidate.bytes)
            let outcome = try copying.copy(
                candidate, from: inbox, endsEarly: FileSource.endsEarly)
            switch outcome {
            case .copied:
                passedOver.remove("\(inbox.path)/\(name.safe)")
                files += 1
                bytes += candidate.bytes
            case .changed: continue
            case .unreadable: passOverUnreadable(candidate, in: inbox)
            case .incomplete: passOver(candidate, in: inbox, for: .incomplete)
            case .twin:
                turns.putBack(name)
                return try copied(&copying)
            }
        }
        return try copied(&copying)
    }

    private mutating func copied(_ copying: inout Copying) throws -> [CopiedFile] {
        let (files, obstacles) = try copying.finish()
        for obstacle in obstacles { tell(obstacle) }
        return files
    }

    /// The file of that name, if it is to be taken now. What can never be taken is moved away.
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
                try seclude(
                    file, hashing: Self.hashedAtMost * Int64(limits.maxFileBytes),
                    Rejection(.tooLarge, reason), from: inbox)
            case .quarantine(let entry, let reason):
                try seclude(
                    entry, Rejection(.badJSON, "\(reason); no byte of it was read"), from: inbox)
            }
        } catch let error as SystemError where error.isObstacle {
            tell(error)
        }
        return nil
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

    /// Notes what lies where nothing is taken from.
    private mutating func lookBesideInboxes() throws {
        let droppers = [.desk] + (try spool.resellers().map { Dropper.reseller($0) })
        let misplaced = try spool.misplaced(
            droppers, most: PassedOverEntries.mostPerOwner, now: context.clock.now())
        for stray in misplaced { passOver(stray) }
    }

    /// Files of the time that a restored ledger lacks, in the order in which they were taken then, before
    /// anything else: what came later builds on them.
    private mutating func takeLostFiles() throws {
        guard try ledger.awaitsLostFiles() else { return }
        var lost = try ledger.lostFiles()[...]
        while !lost.isEmpty {
            let group = lost.prefix(context.settings.intake.maxFilesPerCommit)
            lost = lost.dropFirst(group.count)
            try take(
                group.compactMap {
                    try spool.leftover(of: Dropper($0.kept), digest: $0.kept.digest, name: $0.name)
                })
        }
        try ledger.endWaitForLostFiles(at: context.clock.now())
    }

    /// Files that a run which died had copied, and whose originals are gone since.
    private mutating func takeLeftovers() throws {
        for dropper in try spool.droppersWithLeftovers() {
            var left: [CopiedFile] = []
            try tellingObstacles { spool throws(SystemError) in
                left = try spool.leftovers(of: dropper)
            }
            try take(left)
        }
    }

    // MARK: Commits

    /// Steps 2 to 5. Files share a commit until it holds enough orders or is old enough.
    private mutating func take(_ files: [CopiedFile]) throws {
        var rest = files[...]
        while !rest.isEmpty { try finish(try commit(&rest)) }
    }

    /// Steps 2 and 3 for as many of the next files as one commit carries.
    private func commit(_ files: inout ArraySlice<CopiedFile>) throws -> [TakenFile] {
        let limits = context.settings.intake
        let begun = context.clock.now()
        for news in try ledger.mendClock(nil, at: begun) {
            context.logger.warning(
                "\(news.message)", metadata: news.figures.mapValues { "\($0)" })
        }
        let taken = try ledger.intake(at: begun) { intake in
            var taken: [TakenFile] = []
            var lines = 0
            for file in files where lines < limits.maxOrdersPerCommit {
                let effect = FileEffect(file, context.settings, receivedAt: begun)
                taken.append(TakenFile(file: file, kept: try effect.take(in: intake, &lines)))
                let age = context.clock.now().milliseconds - begun.milliseconds
                if age >= limits.commitMilliseconds { break }
            }
            return taken
        }
        files = files.dropFirst(taken.count)
        return taken
    }
}

extension Dropper {
    fileprivate init(_ kept: KeptFile) {
        self = kept.user.map { .reseller($0.rawValue) } ?? .desk
    }
}
