import Run
import Settings
import Spool

/// The doors' part of `TakeFiles`: step 1 is a collection.
extension TakeFiles {
    /// The longest file, in bytes, that comes before the commits of other files.
    static let smallBytes: Int64 = 128 << 10

    /// Takes the files that wait in doors, in all or in those of `some`: first the small ones, then
    /// the long ones, each in a commit of its own. Files that come meanwhile are taken before the
    /// next commit of anything else, or in the next look.
    ///
    /// Returns whether there are more names than are listed at once.
    mutating func takeWaitingInDoors(of some: Set<Dropper>?) throws -> Bool {
        let waiting = try listDoors(of: some)
        var left = waiting.reduce(0) { $0 + $1.names.count }
        var taken = try takeFromDoors(waiting)
        left -= taken
        // Files of others may have come, and have their turn too.
        while taken > 0, left > 0 {
            taken = try takeFromDoors()
            left -= taken
        }
        try takeLong(waiting)
        return waiting.contains { $0.names.count == Self.namesAtOnce }
    }

    /// Takes small files from doors, as many as make a group. The doors take turns, beginning with
    /// the one after the last that had a turn. They are left `committed`.
    ///
    /// `listed`: the doors to look into; nil: all. Returns how many files.
    mutating func takeFromDoors(
        _ listed: [(place: Door, names: [FileName])]? = nil
    ) throws -> Int {
        let mostFiles = context.settings.intake.maxFilesPerCommit
        var turns = FairTurns(try listed ?? listDoors())
        var collecting = Collecting(spool)
        var files: [CopiedFile] = []
        var bytes: Int64 = 0
        while files.count < mostFiles, bytes < Self.groupBytes, let (door, name) = turns.next() {
            guard let file = try collect(name, from: door, upTo: Self.smallBytes, &collecting)
            else {
                continue
            }
            turns.count(file.bytes)
            files.append(file)
            bytes += file.bytes
            lastDoor = door.dropper.name
            if door.dropper.isDesk { mayHaveNewUsers = true }
        }
        try commitFirst(files)
        return files.count
    }

    private mutating func takeLong(_ waiting: [(place: Door, names: [FileName])]) throws {
        var long: [(place: Door, names: [FileName])] = []
        for (door, names) in waiting {
            try notes.reportingObstacles { _ throws(SystemError) in
                long.append((door, try door.long(among: names, limit: Self.smallBytes)))
            }
        }
        var turns = FairTurns(long)
        while let (door, name) = turns.next() {
            var collecting = Collecting(spool)
            guard let file = try collect(name, from: door, &collecting) else { continue }
            turns.count(file.bytes)
            if door.dropper.isDesk { mayHaveNewUsers = true }
            try take([file])
        }
    }

    /// All doors in which something lies, or those of `some`, with the names in them, beginning
    /// with the door after `lastDoor`.
    private mutating func listDoors(
        of some: Set<Dropper>? = nil
    ) throws -> [(place: Door, names: [FileName])] {
        var listed: [(place: Door, names: [FileName])] = []
        try notes.reportingObstacles { spool throws(SystemError) in
            try spool.forEachDoor(of: some) { door throws(SystemError) in
                let names = try door.names(limit: Self.namesAtOnce)
                // Thousands of users have one each.
                if !names.isEmpty { listed.append((door, names)) }
            }
        }
        let next = listed.firstIndex { $0.place.dropper.name > lastDoor } ?? 0
        return Array(listed[next...] + listed[..<next])
    }

    /// The file, now in `work`; nil if it stays, or is gone. What is no file is noted when the run
    /// looks beside the inboxes.
    private mutating func collect(
        _ name: FileName, from door: Door, upTo most: Int64 = .max, _ collecting: inout Collecting
    ) throws -> CopiedFile? {
        do {
            var outcome = try collecting.collect(name, from: door, upTo: most)
            if case .twin = outcome, !committed.isEmpty {
                try finishCommitted()
                outcome = try collecting.collect(name, from: door, upTo: most)
            }
            if case .collected(let file) = outcome { return file }
        } catch let error as SystemError where error.isObstacle {
            notes.report(error)
        }
        return nil
    }
}
