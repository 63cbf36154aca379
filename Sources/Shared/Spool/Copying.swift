import Crypto
import Glibc
import Timestamps

/// A file in `work` whose bytes are ours: copied out of an inbox and synced, or collected from a
/// door as it is.
package struct CopiedFile: Sendable {
    package let dropper: Dropper
    /// The name it had in the inbox or door.
    package let name: FileName
    /// In hexadecimal.
    package let digest: String
    package let bytes: Int64
    /// Where to read the bytes.
    package let path: String
    /// The bytes themselves, if they are few.
    package private(set) var content: [UInt8]?
    let origin: Origin

    enum Origin: Sendable {
        /// Copied by this run, with the identity that the original in the inbox had then.
        case inbox(original: FileIdentity)
        /// Left in `work` by a run that died; we know of no original.
        case orphan
        /// Collected from a door, by this run or one that died: there is no original. In `work` it
        /// has this name.
        case door(kept: FileName)
    }

    /// Whether a run that died left it in `work`. Its name in the inbox is no longer known.
    package var isLeftover: Bool {
        if case .orphan = origin { true } else { false }
    }

    /// Whether it came through a door, where nothing was judged before it was collected.
    package var isCollected: Bool {
        if case .door = origin { true } else { false }
    }

    /// The same file without its bytes, which are of no use after its commit.
    package var withoutContent: CopiedFile {
        var copy = self
        copy.content = nil
        return copy
    }

    /// Its name in `work`.
    var workName: FileName {
        if case .door(let kept) = origin { kept } else { FileName(digest) }
    }
}

/// The bytes of a copy.
package enum CopiedBytes {
    /// In memory, if they are few.
    case kept([UInt8])
    /// In the file at this path.
    case file(String)
}

/// Copies files out of inboxes, and makes the copies durable together (design.md §4, steps 1 to 3).
///
/// A reseller's file is never processed in place, because its writer may still hold it open. A file
/// that turns out to end early leaves no copy; only its original stays.
package struct Copying {
    private let spool: Spool
    private let temporary: Directory
    private var copies: [(name: FileName, file: CopiedFile)] = []
    private var taken: Set<String> = []
    private var sync = SharedSync()
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var next = 0
    /// How many bytes of the copies we may still keep in memory, to save reading them again.
    private var room = 4 << 20

    package init(_ spool: Spool) throws(SystemError) {
        self.spool = spool
        temporary = try Directory("\(spool.root)/tmp")
    }

    /// What happened to a candidate.
    package enum Outcome {
        case copied
        /// It changed while we copied it, or is gone; the next run looks again.
        case changed
        /// We may not open it.
        case unreadable
        /// It ends early; the rest may be on its way.
        case incomplete
        /// The same bytes are among the copies already, and must be finished first.
        case twin
    }

    /// Copies one file into `tmp`.
    ///
    /// - Parameters:
    ///   - candidate: the file, as it was judged.
    ///   - inbox: where it is.
    ///   - endsEarly: looks at the bytes, and says whether they are only the beginning of a file.
    ///     One that was unchanged for long is taken all the same.
    /// - Returns: what happened to the file.
    /// - Throws: `SystemError` when the disk fails, and what `endsEarly` throws.
    package mutating func copy(
        _ candidate: Candidate, from inbox: Inbox,
        endsEarly: (CopiedBytes) throws -> Bool = { _ in false }
    ) throws -> Outcome {
        let path = "\(inbox.directory.path)/\(candidate.name)"
        let source = openat(
            inbox.directory.descriptor, candidate.name.text,
            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard source >= 0 else {
            // Gone, or replaced by something else: the next run judges it again.
            if [ENOENT, ELOOP, ENXIO].contains(errno) { return .changed }
            if errno == EACCES || errno == EPERM { return .unreadable }
            throw SystemError("cannot open", path)
        }
        defer { close(source) }
        guard try identity(of: source, path) == candidate.identity else { return .changed }

        let copyName = FileName("\(spool.program).\(next)")
        next += 1
        let copy = try create(copyName)
        defer { close(copy) }
        let digest = try transfer(source, path, to: copy, length: candidate.bytes)
        guard let digest, try identity(of: source, path) == candidate.identity else {
            try temporary.remove(copyName)
            return .changed
        }
        let content = keep(Int(candidate.bytes))
        let isIncomplete = try endsEarly(
            content.map { .kept($0) } ?? .file("\(temporary.path)/\(copyName)"))
        if isIncomplete, !candidate.mayEndEarly {
            giveUp(content)
            try temporary.remove(copyName)
            return .incomplete
        }
        guard taken.insert("\(inbox.dropper.name)/\(digest)").inserted else {
            giveUp(content)
            try temporary.remove(copyName)
            return .twin
        }
        try sync.take(copy, "\(temporary.path)/\(copyName)")
        let file = CopiedFile(
            dropper: inbox.dropper, name: candidate.name, digest: digest,
            bytes: candidate.bytes, path: "\(spool.work(of: inbox.dropper))/\(digest)",
            content: content, origin: .inbox(original: candidate.identity))
        copies.append((copyName, file))
        return .copied
    }

    /// Syncs the copies, moves them to `work` and syncs its directories. After that a crash cannot
    /// lose them.
    ///
    /// Also returns why some could not be moved; their originals stay where they were.
    package mutating func finish() throws(SystemError) -> (
        files: [CopiedFile], obstacles: [SystemError]
    ) {
        try sync.finish(in: temporary)
        var directories = TouchedDirectories()
        var files: [CopiedFile] = []
        var obstacles: [SystemError] = []
        for (name, file) in copies {
            do {
                try directories.at(spool.work(of: file.dropper))
                    .take(name, from: temporary, as: FileName(file.digest))
                files.append(file)
            } catch  where error.isObstacle {
                obstacles.append(error)
                try temporary.remove(name)
            }
        }
        try directories.sync()
        copies = []
        return (files, obstacles)
    }

    /// The bytes of the file copied last, if the buffer holds all of it and there is room.
    private mutating func keep(_ count: Int) -> [UInt8]? {
        guard count <= min(buffer.count, room) else { return nil }
        room -= count
        return Array(buffer[..<count])
    }

    private mutating func giveUp(_ content: [UInt8]?) {
        room += content?.count ?? 0
    }

    private func create(_ name: FileName) throws(SystemError) -> Int32 {
        try check("cannot make", "\(temporary.path)/\(name)") {
            openat(
                temporary.descriptor, name.text,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    }

    private func identity(
        of descriptor: Int32, _ path: String
    ) throws(SystemError) -> FileIdentity {
        var status = stat()
        try check("cannot look at", path) { fstat(descriptor, &status) }
        return FileIdentity(status)
    }

    /// Copies `length` bytes, and returns their SHA-256 in hexadecimal; nil if there are fewer. The
    /// caller sees from the file's size whether there are more.
    private mutating func transfer(
        _ source: Int32, _ path: String, to copy: Int32, length: Int64
    ) throws -> String? {
        var hash = SHA256()
        var left = Int(length)
        while left > 0 {
            let count = try buffer.withUnsafeMutableBytes { bytes in
                let count = Int(
                    try check("cannot read", path) {
                        Int32(read(source, bytes.baseAddress, min(bytes.count, left)))
                    })
                let filled = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                hash.update(bufferPointer: filled)
                try writeAll(filled, to: copy, temporary.path)
                return count
            }
            if count == 0 { return nil }
            left -= count
        }
        return hash.finalize().hexadecimal
    }
}

/// Writes all of `bytes`.
func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
        let count = try check("cannot write to", path) {
            Int32(write(descriptor, rest.baseAddress, rest.count))
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
    }
}
