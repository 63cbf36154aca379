import Glibc
import Timestamps

/// Where files are dropped. Whoever drops them can do anything there at any moment.
package struct Inbox: Sendable {
    package let dropper: Dropper
    let directory: Directory

    /// How long a file with a second name, as while OpenSSH renames it, is left alone before it goes
    /// to quarantine, in milliseconds.
    static let patience: Int64 = 3_600_000
    /// The same for a file without a byte, whose upload may just have begun.
    static let patienceWithEmpty: Int64 = 60_000
}

/// An entry of an inbox, when it was looked at.
package struct Candidate: Sendable {
    package let name: FileName
    package let bytes: Int64
    let identity: FileIdentity
}

/// What tells whether a file is still the same and unchanged.
struct FileIdentity: Equatable, Sendable {
    let device: UInt64
    let inode: UInt64
    let bytes: Int64
    /// Nanoseconds since 1970. 64 bits end in 2262, and whoever drops a file sets its time.
    let modified: Int128
    /// When the system last noted a change of the file or its names, likewise: a time that nobody can
    /// set, so that a new file which got the inode of an old one is known for what it is.
    let changed: Int128

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        bytes = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    private static func nanoseconds(_ time: timespec) -> Int128 {
        Int128(time.tv_sec) * 1_000_000_000 + Int128(time.tv_nsec)
    }

    /// Whether `other` is this file after it was moved, which is a change that the system notes.
    func isMoved(to other: FileIdentity) -> Bool {
        (device, inode, bytes, modified)
            == (other.device, other.inode, other.bytes, other.modified)
    }
}

/// What is to be done about an entry of an inbox.
package enum Judgement: Sendable {
    case take(Candidate)
    /// Perhaps still being written.
    case later
    /// Never a batch: why, in words.
    case quarantine(Candidate, reason: String)
}

extension Spool {
    /// The inbox of a dropper; nil if he has none.
    package func openInbox(of dropper: Dropper) throws(SystemError) -> Inbox? {
        let path = inbox(of: dropper)
        do {
            return Inbox(dropper: dropper, directory: try Directory(path))
        } catch  where [ENOENT, ENOTDIR, ELOOP].contains(error.code) {
            return nil
        }
    }
}

extension Inbox {
    /// Names that are meant for us, in order, at most `limit`. Others are somebody's files in the
    /// making.
    package func names(limit: Int = .max) throws(SystemError) -> [FileName] {
        try directory.names(limit: limit, where: \.isForUs).sorted()
    }

    /// Looks at an entry: only a regular file that has been still for `settle` milliseconds is taken.
    ///
    /// Nil if it is gone.
    package func judge(
        _ name: FileName, settle: Int64, now: Timestamp
    ) throws(SystemError) -> Judgement? {
        guard let status = try directory.status(of: name) else { return nil }
        let identity = FileIdentity(status)
        let entry = Candidate(name: name, bytes: identity.bytes, identity: identity)
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .quarantine(entry, reason: "it is not a regular file")
        }
        let stillFor = Int128(now.milliseconds) - identity.modified / 1_000_000
        // A time in the future is somebody's wrong clock, not a file being written.
        guard stillFor >= settle || stillFor < 0 else { return .later }
        let changedFor = now.milliseconds - Int64(status.st_ctim.tv_sec) * 1_000
        if status.st_nlink != 1 {
            return changedFor < Self.patience
                ? .later : .quarantine(entry, reason: "it has another name (a hard link)")
        }
        if status.st_size == 0 {
            return changedFor < Self.patienceWithEmpty
                ? .later : .quarantine(entry, reason: "it is empty")
        }
        return .take(entry)
    }
}

extension FileName {
    /// `something.json`, not hidden. `x.json.part` and the like do not end so (contract.md §3).
    var isForUs: Bool {
        let ending = ".json".utf8.map(CChar.init(bitPattern:))
        return bytes.first != CChar(UInt8(ascii: ".")) && bytes.count > ending.count
            && bytes.suffix(ending.count).elementsEqual(ending)
    }

    /// The name without `.json`, with room for `.<8 digits>.receipt.json` behind it.
    package var stem: String { Self.harmless(bytes.dropLast(5), longest: 225) }

    /// As it stands behind a digest in our directories, with room for `.reason.json` behind it.
    package var safe: String { Self.harmless(bytes, longest: 170) }

    /// The text of a name without what a terminal would obey, cut to so many bytes.
    private static func harmless(_ bytes: some Sequence<CChar>, longest: Int) -> String {
        let text = String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var harmless = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let kept = isControl(scalar) ? "_" : scalar
            length += String(kept).utf8.count
            if length > longest { break }
            harmless.append(kept)
        }
        return String(harmless)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
