import Ledger
import Money
import Settings
import Spool
import StrictJSON
import Timestamps

/// A file whose effect is in the commit, or that can have none.
struct TakenFile {
    let file: ClaimedFile
    let kept: Kept

    /// What the ledger keeps of a file.
    enum Kept {
        case row(FileID)
        /// There is nobody to keep it for.
        case nothing(FileReport)
    }

    /// Whether the file goes to quarantine: it could not be read.
    func isUnreadable(_ report: FileReport) -> Bool {
        if case .nothing = kept { return true }
        return [RejectionCode.badJSON, .tooLarge].map(\.rawValue).contains(report.reason)
    }
}

/// The effect of one file within a commit (step 3 of `TakeFiles`).
struct FileEffect {
    private let file: ClaimedFile
    private let settings: Settings
    private let arrival: Arrival

    init(_ file: ClaimedFile, _ settings: Settings, receivedAt: Timestamp) {
        self.file = file
        self.settings = settings
        let user: UserID? =
            switch file.dropper {
            case .desk: nil
            case .reseller(let name): UserID(rawValue: name)
            }
        arrival = Arrival(
            user: user, name: "\(file.name)", digest: file.digest, bytes: file.bytes,
            receivedAt: receivedAt)
    }

    /// Takes the file; whatever is wrong with it is written down. Adds its lines to `lines`.
    func take(in intake: Intake, _ lines: inout Int) throws -> TakenFile.Kept {
        if file.dropper != .desk {
            guard let user = arrival.user, try intake.hasUser(user) else {
                return .nothing(
                    FileReport(
                        unkept: arrival,
                        Rejection(
                            .unknownUser,
                            "there is no user \(file.dropper.name); the file is in quarantine")))
            }
        }
        if let known = try intake.settled(arrival) { return .row(known) }
        var outline = BatchOutline()
        do {
            guard !file.isTooLarge else {
                throw Rejection(
                    .tooLarge,
                    "\(file.bytes) bytes; intake.max_file_bytes is \(settings.intake.maxFileBytes)")
            }
            outline = try BatchOutline.read(file.path, of: file.dropper)
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
        let batch = outline.batch ?? arrival.digest
        let draft = try intake.open(arrival, batch: batch)
        do {
            guard file.dropper != .desk else {
                let desk = DeskFile(draft, outline, settings)
                try forEachLine(of: outline, LineKind.ofDesk, desk.take)
                return try draft.close()
            }
            draft.keepsRejections = outline.allOrNothing
            try take(outline, into: draft, in: intake, abortingFor: Faults())
        } catch let rejection as Rejection {
            try draft.abandon()
            throw rejection
        }
        guard outline.allOrNothing, !draft.rejections.isEmpty else { return try draft.close() }

        // Once more from the start, now writing down that nothing of it is done.
        var faults = Faults()
        for (line, rejection) in draft.rejections {
            faults.add(line.kind, line.number, rejection)
        }
        try draft.abandon()
        let aborted = try intake.open(arrival, batch: batch)
        try take(outline, into: aborted, in: intake, abortingFor: faults)
        return try aborted.close()
    }

    private func take(
        _ outline: BatchOutline, into draft: FileDraft, in intake: Intake,
        abortingFor faults: Faults
    ) throws {
        var batch = try ResellerFile(
            draft, outline, settings, abortingFor: faults, find: intake.service)
        try forEachLine(of: outline, LineKind.ofResellers) { kind, number, fields in
            try batch.take(kind, number, &fields)
        }
        if let total = outline.total, total != batch.total {
            throw Rejection(
                .totalsMismatch,
                "total is \(total), the lines come to \(batch.total) as we price them; "
                    + "nothing was done")
        }
    }

    /// Reads the lines of the file, in the order of `kinds`. That they are JSON is known already.
    private func forEachLine(
        of outline: BatchOutline, _ kinds: [LineKind],
        _ body: (LineKind, Int, inout LineFields) throws -> Void
    ) throws {
        var fields = LineFields()
        for kind in kinds {
            guard let extent = outline.arrays[kind], extent.lines > 0 else { continue }
            let source = try FileSource(file.path, from: extent.offset)
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
