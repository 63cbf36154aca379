import Ledger
import Money
import Settings
import Spool
import StrictJSON
import Timestamps

/// The effect of one file within a commit (steps 2 and 3 of `TakeFiles`).
struct FileEffect {
    private let file: CopiedFile
    private let settings: Settings
    private let arrival: Arrival

    init(_ file: CopiedFile, _ settings: Settings, receivedAt: Timestamp) {
        self.file = file
        self.settings = settings
        arrival = Arrival(
            user: file.dropper.user, name: "\(file.name)", digest: file.digest, bytes: file.bytes,
            receivedAt: receivedAt)
    }

    /// Takes the file; whatever is wrong with it is written down. Adds its lines to `lines`.
    func take(in intake: Intake, _ lines: inout Int) throws -> TakenFile.Kept {
        guard try intake.canKeep(arrival, from: file.dropper) else {
            return .nothing(
                FileReport(
                    unkept: arrival,
                    Rejection(
                        .unknownUser,
                        "there is no user \(file.dropper.name); the file is in quarantine")))
        }
        if file.isLeftover {
            if let known = try intake.latest(arrival) { return .known(known) }
        } else if let (known, isNew) = try intake.settled(arrival) {
            return isNew ? .row(known) : .known(known)
        }
        var outline = BatchOutline()
        do {
            outline = try BatchOutline.read(file)
            try check(outline)
            lines += outline.lines
            return .row(try effect(of: outline, in: intake))
        } catch let rejection as Rejection {
            return .row(
                try intake.refuse(
                    arrival, batch: outline.batch, lines: outline.lines, rejection))
        }
    }

    /// Checks what the file says of itself.
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

    private func effect(of outline: BatchOutline, in intake: Intake) throws -> FileID {
        // An ordinary file takes effect line by line; only these can be taken back as a whole.
        guard outline.total != nil || outline.allOrNothing else {
            return try draft(of: outline, in: intake).close()
        }
        do {
            return try intake.undoingIfRejected {
                let draft = try draft(of: outline, in: intake)
                if outline.allOrNothing, !draft.rejections.isEmpty {
                    throw BatchAborted(because: draft.rejections)
                }
                return try draft.close()
            }
        } catch let aborted as BatchAborted {
            // Once more from the start, now recording that nothing is done.
            return try intake.undoingIfRejected {
                try draft(of: outline, in: intake, abortingFor: Faults(aborted.rejections))
                    .close(reason: .batchAborted)
            }
        }
    }

    /// Takes all lines.
    ///
    /// - Throws: `Rejection` if the file can have no effect, or its total is wrong.
    private func draft(
        of outline: BatchOutline, in intake: Intake, abortingFor faults: Faults = Faults()
    ) throws -> FileDraft {
        let batch = outline.batch ?? arrival.digest
        switch file.dropper {
        case .desk:
            let draft = try intake.openDeskFile(arrival, batch: batch)
            try forEachLine(of: outline, DeskFile(draft, outline, settings).take)
            return draft
        case .reseller:
            let draft = try intake.openBatch(arrival, batch: batch)
            draft.keepsRejections = outline.allOrNothing
            var batch = ResellerFile(draft, settings, abortingFor: faults)
            try forEachLine(of: outline) { try batch.take($0, $1, &$2) }
            try check(batch.total, against: outline)
            return draft
        }
    }

    private func check(_ micros: Int128, against outline: BatchOutline) throws(Rejection) {
        guard let said = outline.total, Int128(said.micros) != micros else { return }
        let total = Int64(exactly: micros).map { "\(Amount(micros: $0))" }
        throw Rejection(
            .totalsMismatch,
            "total is \(said), the lines come to \(total ?? "more than can be counted") as we price them; nothing was done"
        )
    }

    /// Reads the lines of the file, kind by kind. That they are JSON is known already.
    private func forEachLine(
        of outline: BatchOutline, _ body: (LineKind, Int, inout LineFields) throws -> Void
    ) throws {
        var fields = LineFields()
        for kind in LineKind.kinds(of: file.dropper) {
            guard let extent = outline.arrays[kind], extent.lines > 0 else { continue }
            let source = try FileSource(file, from: extent.offset)
            var reader = source.reader()
            try reader.beginArray()
            var number = 0
            while try reader.nextElement() {
                number += 1
                try fields.read(from: &reader)
                try body(kind, number, &fields)
            }
        }
    }
}

extension Dropper {
    /// Whose files these are in the ledger; nil for the desk's, and where nobody can have the name.
    var user: UserID? {
        switch self {
        case .desk: nil
        case .reseller(let name): UserID(rawValue: name)
        }
    }
}

extension Intake {
    /// Whether the ledger has somebody to keep a row of the file for.
    func canKeep(_ arrival: Arrival, from dropper: Dropper) throws -> Bool {
        try dropper == .desk || arrival.user.map(hasUser) ?? false
    }
}
