import Glibc
import Synchronization

/// The way of a file through a door: dropped by a server of ours, in a place that no user can
/// reach, so that `ingest` takes it by one rename.
///
///     tmp/<program>.<number>         it arrives; rubbish after a crash
///     doors/<owner>/<name>           dropped: it is synced, and its name too
///     work/<owner>/<sha256>-<name>   `ingest` has it; soon it is in the ledger
///
/// A file is looked for in that order, in which it moves: what has left the first place before we
/// looked there is found at the second or in the ledger.
package final class Doorway: Sendable {
    private let spool: Spool
    private let temporary: Directory
    private let next = Atomic<Int>(0)
    /// The doors opened so far, by their owner's name.
    private let doors = Mutex<[String: Directory]>([:])

    /// From how many directories on one sync of the file system is cheaper than a sync of each.
    private static let manyDoors = 9

    /// - Throws: `SystemError`.
    package init(_ spool: Spool) throws(SystemError) {
        self.spool = spool
        try Directory.make("\(spool.root)/doors", mode: Spool.privateMode)
        temporary = try Directory("\(spool.root)/tmp")
    }

    /// A new file in `tmp`, to be filled.
    ///
    /// - Parameter withSHA512: whether its SHA-512 is wanted too.
    /// - Returns: the empty file.
    /// - Throws: `SystemError`.
    package func receive(withSHA512: Bool = false) throws(SystemError) -> ArrivingFile {
        try ArrivingFile(freeName(), in: temporary, withSHA512: withSHA512)
    }

    private func freeName() -> FileName {
        let number = next.wrappingAdd(1, ordering: .relaxed).newValue
        return FileName("\(spool.program).\(number)")
    }
}

// MARK: Looking

extension Doorway {
    /// The SHA-256 of the file that was dropped under a name and waits for `ingest`; nil if there
    /// is none.
    ///
    /// - Throws: `SystemError`.
    package func digestOfWaiting(
        _ name: String, of owner: Dropper
    ) throws(SystemError) -> String? {
        try door(of: owner).digest(of: FileName(name))
    }

    /// Whether a file that was dropped under a name waits for `ingest`.
    ///
    /// - Throws: `SystemError`.
    package func isWaiting(_ name: String, of owner: Dropper) throws(SystemError) -> Bool {
        try door(of: owner).status(of: FileName(name)) != nil
    }

    /// The SHA-256 of the file that `ingest` has taken under a name and not finished; nil if there
    /// is none.
    ///
    /// - Throws: `SystemError`.
    package func digestOfTaken(_ name: String, of owner: Dropper) throws(SystemError) -> String? {
        let path = spool.work(of: owner)
        guard access(path, F_OK) == 0 else { return nil }
        let work = try Directory(path)
        let found = try work.names { KeptName.collectedParts(of: $0)?.name == name }
        return try found.first.flatMap { entry throws(SystemError) in
            try work.digest(of: entry)
        }
    }
}

// MARK: Dropping

extension Doorway {
    /// Syncs the bytes of files; once this returns they are on disk.
    ///
    /// - Throws: `SystemError`; what is on disk is unknown then.
    package func sync(_ files: [StagedFile]) throws(SystemError) {
        var sync = SharedSync()
        for file in files { try sync.take(file.content.descriptor, file.path) }
        try sync.finish(in: temporary)
    }

    /// Gives a synced file its place and name; false if the name is taken, and then nothing
    /// happened.
    ///
    /// - Throws: `SystemError`.
    package func drop(
        _ file: StagedFile, as name: String, of owner: Dropper
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try door(of: owner).takeNew(file.name, from: temporary, as: FileName(name))
        } catch  where error.code == ENOENT {
            // Somebody removed the directory that we hold open.
            doors.withLock { _ = $0.removeValue(forKey: owner.name) }
            return try door(of: owner).takeNew(file.name, from: temporary, as: FileName(name))
        }
    }

    /// Syncs the names in the doors of `owners`.
    ///
    /// - Throws: `SystemError`; what is on disk is unknown then.
    package func syncNames(of owners: Set<Dropper>) throws(SystemError) {
        if owners.count >= Self.manyDoors {
            try temporary.syncFileSystem()
        } else {
            for owner in owners { try door(of: owner).sync() }
        }
    }

    /// Removes a file that was not dropped.
    package func discard(_ file: StagedFile) {
        // What cannot be removed goes when the program starts again.
        try? temporary.remove(file.name)
    }

    /// Takes a dropped file back, unless `ingest` has it.
    ///
    /// - Returns: whether we got it: then it never has any effect.
    /// - Throws: `SystemError`; then nobody knows.
    package func withdraw(_ name: String, of owner: Dropper) throws(SystemError) -> Bool {
        let door = try door(of: owner)
        let free = freeName()
        do throws(SystemError) {
            try temporary.take(FileName(name), from: door, as: free)
        } catch  where error.code == ENOENT {
            return false
        }
        try door.sync()
        try temporary.remove(free)
        return true
    }

    private func door(of owner: Dropper) throws(SystemError) -> Directory {
        if let known = doors.withLock({ $0[owner.name] }) { return known }
        let path = spool.door(of: owner)
        if access(path, F_OK) != 0 { try Directory.make(path, mode: Spool.privateMode) }
        let door = try Directory(path)
        doors.withLock { $0[owner.name] = door }
        return door
    }
}
