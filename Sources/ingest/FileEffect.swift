import BatchFiles
import Ledger
import Money
import Settings
import Spool
import Stage
import Timestamps

/// The effect of one file within a commit (steps 2 and 3 of `TakeFiles`).
struct FileEffect {
    private let dropper: Dropper
    private let isLeftover: Bool
    /// Whether nobody has looked at its length yet.
    private let isCollected: Bool
    private let content: BatchFile
    private let settings: Settings
    private let arrival: Arrival
    /// What was found in it when it was copied; nil if it was not read then.
    private let finding: BatchOutline.Finding?
    /// The file's place in the commit.
    private let index: Int

    /// - Parameters:
    ///   - file: the file.
    ///   - index: its place in the commit.
    ///   - finding: what was found in it when it was copied, if it was read then.
    ///   - settings: the settings.
    ///   - receivedAt: the moment of the commit.
    init(
        _ file: CopiedFile, at index: Int, _ finding: BatchOutline.Finding?, _ settings: Settings,
        receivedAt: Timestamp
    ) {
        self.index = index
        self.finding = finding
        dropper = file.dropper
        isLeftover = file.isLeftover
        isCollected = file.isCollected
        content = BatchFile(file)
        self.settings = settings
        arrival = Arrival(
            of: file.dropper.inLedger, name: "\(file.name)", digest: file.digest, bytes: file.bytes,
            receivedAt: receivedAt)
    }

    /// Takes the file. Anything wrong with it is recorded, and stops nothing else.
    ///
    /// - Parameters:
    ///   - intake: the commit.
    ///   - ahead: reads orders ahead; nil if nobody does.
    ///   - lines: the lines of the commit so far; those of the file are added.
    /// - Returns: how the ledger knows the file.
    /// - Throws: `SystemError`, `StoreError`.
    func take(
        in intake: Intake, _ ahead: OrdersAhead?, _ lines: inout Int
    ) throws -> TakenFile.Kept {
        guard try intake.canKeep(arrival, from: dropper) else {
            return .nothing(
                FileReport(
                    unkept: arrival,
                    Rejection(
                        .unknownUser,
                        "there is no user \(dropper.name); the file is in quarantine")))
        }
        if isLeftover {
            if let known = try intake.latest(arrival) { return .known(known) }
        } else if let (known, isNew) = try intake.settled(arrival) {
            return isNew ? .row(known) : .known(known)
        }
        var outline = BatchOutline()
        do {
            try checkLength()
            outline = try readOutline()
            try check(outline)
            lines += outline.lines
            return .row(try effect(of: outline, in: intake, ahead))
        } catch let rejection as Rejection {
            return .row(
                try intake.refuse(
                    arrival, batch: outline.batch, lines: outline.lines, rejection))
        }
    }

    private func readOutline() throws -> BatchOutline {
        switch finding {
        case .outline(let outline): return outline
        case .rejected(let rejection): throw rejection
        case .endsEarly, nil: return try BatchOutline.read(content)
        }
    }

    /// The file for `OrdersAhead`, if it is a reseller's with orders, and was read already.
    var source: OrdersAhead.Source? {
        guard case .outline(let outline)? = finding, let user = arrival.user,
            let orders = outline.arrays[.orders], orders.lines > 0, (try? check(outline)) != nil
        else { return nil }
        return OrdersAhead.Source(
            index: index, user: user, batch: outline.batch ?? arrival.digest, content: content,
            outline: outline)
    }

    var isDesk: Bool { dropper.isDesk }

    /// How many orders it is known to have: 0 if it was not read yet.
    var knownOrders: Int {
        if case .outline(let outline)? = finding { outline.arrays[.orders]?.lines ?? 0 } else { 0 }
    }

    private func checkLength() throws(Rejection) {
        let limit = settings.intake.maxFileBytes
        guard isCollected, arrival.bytes > limit else { return }
        throw Rejection(
            .tooLarge, "\(arrival.bytes) bytes; intake.max_file_bytes is \(limit)")
    }

    /// Checks the file's own count of its lines.
    private func check(_ outline: BatchOutline) throws(Rejection) {
        let limit = settings.intake.maxOrdersPerFile
        guard outline.lines <= limit else {
            throw Rejection(
                .tooManyLines,
                "\(outline.lines) lines; intake.max_orders_per_file is \(limit); "
                    + "nothing was done; split the file")
        }
        if let count = outline.count, count != outline.lines {
            throw Rejection(
                .totalsMismatch,
                "count is \(count), the file has \(outline.lines) lines; nothing was done")
        }
    }

    private func effect(
        of outline: BatchOutline, in intake: Intake, _ ahead: OrdersAhead?
    ) throws -> FileID {
        // An ordinary file takes effect line by line; only these can be taken back as a whole.
        guard outline.total != nil || outline.allOrNothing else {
            return try draft(of: outline, in: intake, ahead).close()
        }
        do {
            return try intake.undoingIfRejected {
                let draft = try draft(of: outline, in: intake, ahead)
                if outline.allOrNothing, !draft.rejections.isEmpty {
                    throw BatchAborted(because: draft.rejections)
                }
                return try draft.close()
            }
        } catch let aborted as BatchAborted {
            // Once more from the start, now recording that nothing is done.
            return try intake.undoingIfRejected {
                try draft(of: outline, in: intake, abortingFor: RejectedLines(aborted.rejections))
                    .close(reason: .batchAborted)
            }
        }
    }

    /// Takes all lines.
    ///
    /// - Throws: `Rejection` if the file can have no effect, or its total is wrong.
    private func draft(
        of outline: BatchOutline, in intake: Intake, _ ahead: OrdersAhead? = nil,
        abortingFor rejected: RejectedLines = RejectedLines()
    ) throws -> FileDraft {
        let batch = outline.batch ?? arrival.digest
        switch dropper {
        case .desk, .namedDesk:
            let draft = try intake.openDeskFile(arrival, batch: batch)
            let file = DeskFile(draft, outline, settings, mayBring: kinds)
            try content.forEachLine(of: outline, file.take)
            return draft
        case .reseller:
            let draft = try intake.openBatch(arrival, batch: batch)
            draft.keepsRejections = outline.allOrNothing
            if outline.duplicateLinks == .wait, settings.duplicateLinks == .allow {
                try draft.waitForLinks()
            }
            var batch = ResellerFile(
                draft, settings, outline.duplicateLinks, abortingFor: rejected)
            var kinds = FileForm.batch.kinds
            if let ahead, ahead.covers(index) {
                try ahead.forEachOrder(of: index) { try batch.take($0) }
                kinds.removeAll { $0 == .orders }
            }
            try content.forEachLine(of: outline, kinds: kinds) { try batch.take($0, $1, &$2) }
            try draft.writeOrders()
            try check(batch.total, against: outline)
            return draft
        }
    }

    /// The arrays that a desk may bring.
    private var kinds: Set<LineKind> {
        guard case .namedDesk(let desk) = dropper else { return Set(FileForm.desk.kinds) }
        return settings.desks[desk] ?? []
    }

    private func check(_ micros: Int128, against outline: BatchOutline) throws(Rejection) {
        guard let said = outline.total, Int128(said.micros) != micros else { return }
        let total = Int64(exactly: micros).map { "\(Amount(micros: $0))" }
        throw Rejection(
            .totalsMismatch,
            "total is \(said), the lines come to \(total ?? "more than can be counted") "
                + "as we price them; nothing was done")
    }
}

extension Intake {
    /// Whether the ledger can have a row of the file: it is a desk's, or a known user's.
    func canKeep(_ arrival: Arrival, from dropper: Dropper) throws -> Bool {
        try dropper.isDesk || arrival.user.map(hasUser) ?? false
    }
}
