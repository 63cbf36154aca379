import Ledger
import Run
import Settings
import Spool
import Stage
import Timestamps

/// Steps 2 and 3 of `TakeFiles`, and when steps 4 and 5 follow.
extension TakeFiles {
    /// How many orders make a commit large.
    private static let manyOrders = 2_000

    /// Steps 2 to 5. Files share a commit until it has enough lines, or is old enough; before each
    /// commit come small files from doors.
    mutating func take(_ files: [CopiedFile]) throws {
        var rest = files[...]
        while !rest.isEmpty {
            try takeDoorsFirst()
            try finishing.finish(try commit(&rest), &notes)
        }
    }

    mutating func takeDoorsFirst() throws {
        _ = try takeFromDoors()
        try finishCommitted()
    }

    /// Steps 2 to 5 without files from doors in between.
    mutating func takeAtOnce(_ files: [CopiedFile]) throws {
        var rest = files[...]
        while !rest.isEmpty { try finishing.finish(try commit(&rest), &notes) }
    }

    /// Steps 2 and 3. Steps 4 and 5 come with `finishCommitted`, or when many files wait for them.
    mutating func commitFirst(_ files: [CopiedFile]) throws {
        var rest = files[...]
        while !rest.isEmpty { committed += try commit(&rest) }
        if committed.count >= context.settings.intake.maxFilesPerCommit { try finishCommitted() }
    }

    /// Steps 4 and 5 of all files that wait for them.
    mutating func finishCommitted() throws {
        guard !committed.isEmpty else { return }
        let files = committed
        committed = []
        try finishing.finish(files, &notes)
    }

    /// Steps 2 and 3 for as many of the next files as one commit carries.
    private func commit(_ files: inout ArraySlice<CopiedFile>) throws -> [TakenFile] {
        let limits = context.settings.intake
        let begun = context.clock.now()
        try stage.mendClock(nil, at: begun)
        let effects = files.enumerated().map { index, file in
            FileEffect(
                file, at: index, findings[file.path], context.settings, receivedAt: begun)
        }
        let isLarge = effects.reduce(0) { $0 + $1.knownOrders } >= Self.manyOrders
        let (taken, isDispatchDue) = try ledger.intake(at: begun, isLarge: isLarge) { intake in
            let ahead = OrdersAhead.begin(
                effects, fewest: fewestAhead, context.settings
            ) { user, service in
                try intake.terms(of: service, for: user)
            }
            defer { ahead?.end() }
            var taken: [TakenFile] = []
            var lines = 0
            for (file, effect) in zip(files, effects) where lines < limits.maxOrdersPerCommit {
                let kept = try effect.take(in: intake, ahead, &lines)
                taken.append(TakenFile(file: file.withoutContent, kept: kept))
                let age = context.clock.now().milliseconds - begun.milliseconds
                if age >= limits.commitMilliseconds { break }
            }
            return (taken, intake.isDispatchDue)
        }
        files = files.dropFirst(taken.count)
        noteCommit(isDispatchDue: isDispatchDue)
        return taken
    }
}
