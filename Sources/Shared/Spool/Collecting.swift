import Glibc

/// Takes files out of doors (design.md §4). None of these steps syncs anything:
///
/// 1. Hash the file where it lies. It is whole, and nobody writes to it any more.
/// 2. Rename it to `work/<user>/<sha256>-<name>`, where it replaces nothing. If it is gone, the
///    program that dropped it took it back, and nothing happened.
/// 3. Is it the file that was hashed? Another may have got its name between 1 and 2. That one goes
///    back.
/// 4. Note the time: the archive is replayed in the order in which files were taken.
///
/// A run that dies before 2 has done nothing. One that dies later leaves the file in `work`; the
/// next run hashes it again, and takes it under its name. After a power cut the file is at one of
/// the two places, because it was on disk before it came into the door. If the disk kept half of
/// the rename, it is at both, and intake knows the second by its bytes.
package struct Collecting {
    private let spool: Spool
    private var works = TouchedDirectories()
    private var hashing = Hashing()
    /// How many bytes of the files we may still keep in memory, to save reading them again.
    private var room = 4 << 20

    package init(_ spool: Spool) {
        self.spool = spool
    }

    /// What happened to a file in a door.
    package enum Outcome {
        case collected(CopiedFile)
        /// It was taken back, or another file came in its place; the next look judges that one.
        case gone
        /// It is longer than the caller wants now, and stays.
        case long
        /// The same bytes under the same name are in `work`, and must be finished first.
        case twin
        /// It is no regular file, and stays.
        case noFile
    }

    /// Collects one file, unless it is longer than `most` bytes.
    ///
    /// - Throws: `SystemError` if the disk fails, or if something has rights that we did not give
    ///   it.
    package mutating func collect(
        _ name: FileName, from door: Door, upTo most: Int64 = .max
    ) throws(SystemError) -> Outcome {
        let file: WholeFile
        switch try WholeFile.open(name, in: door.directory) {
        case .file(let opened): file = opened
        case .gone: return .gone
        case .noFile: return .noFile
        }
        guard file.identity.bytes <= most else { return .long }
        let digest = try hashing.digest(of: file)
        let kept = FileName(KeptName.collected(digest, name))
        let work = try works.at(spool.work(of: door.dropper))
        do throws(SystemError) {
            guard try work.takeNew(name, from: door.directory, as: kept) else { return .twin }
        } catch  where error.code == ENOENT {
            return .gone
        }
        guard let moved = try work.status(of: kept).map(FileIdentity.init),
            file.identity.isMoved(to: moved)
        else {
            // If its name is taken by now, it stays in `work`, and is taken from there.
            _ = try door.directory.takeNew(kept, from: work, as: name)
            return .gone
        }
        try file.touch()
        return .collected(
            CopiedFile(
                dropper: door.dropper, name: name, digest: digest, bytes: moved.bytes,
                path: "\(work.path)/\(kept)", content: keep(hashing.lastBytes),
                origin: .door(kept: kept)))
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>?) -> [UInt8]? {
        guard let bytes, bytes.count <= room else { return nil }
        room -= bytes.count
        return Array(bytes)
    }
}
