import Glibc
import Timestamps

/// Where files are dropped. Whoever drops them can do anything there at any moment.
package struct Inbox: Sendable {
    package let dropper: Dropper
    let directory: Directory

    /// How long a file with a second name, as while OpenSSH renames it, is left alone before it goes
    /// to quarantine, in milliseconds.
    static let patience: Int64 = 3_600_000

    package var path: String { directory.path }
}

/// How long a file must have been still before it is taken, in milliseconds.
package struct Stillness: Sendable {
    /// A whole one.
    package let whole: Int64
    /// One that ends early: it is empty, or its JSON is not closed.
    package let incomplete: Int64

    package init(whole: Int64, incomplete: Int64) {
        self.whole = whole
        self.incomplete = incomplete
    }
}

/// An entry of an inbox, when it was looked at.
package struct Candidate: Sendable {
    package let name: FileName
    package let bytes: Int64
    /// Whether it was still for so long that it is taken even if it ends early.
    package let mayEndEarly: Bool
    let identity: FileIdentity

    /// What tells it from another entry of the same name, as long as both are not gone.
    package var inode: Int64 { Int64(truncatingIfNeeded: identity.inode) }
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

    /// How long nothing was changed, in milliseconds, by the later of both times: a client may set an old
    /// time of its own on what it has just written. A time that is not yet here says nothing, because
    /// somebody's clock was wrong; nil if neither does.
    func stillFor(at now: Timestamp) -> Int64? {
        let now = Int128(now.milliseconds)
        let past = [modified / 1_000_000, changed / 1_000_000].filter { $0 <= now }
        return past.max().map { Int64(clamping: now - $0) }
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
    case later(Candidate, Delay)
    /// Never a batch: why, in words.
    case quarantine(Candidate, reason: String)
}

/// Why an entry of an inbox is not taken yet.
package enum Delay: Sendable {
    /// Perhaps it is still being written.
    case settling
    /// It ends early: perhaps the rest is on its way.
    case incomplete
    /// It has another name: perhaps it is being renamed.
    case linked
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
    /// What an inbox holds.
    package struct Listing: Sendable {
        /// Names that are meant for us, in order.
        package var names: [FileName] = []
        /// Some of those that are neither meant for us nor look like files in the making.
        package var strays: [FileName] = []
    }

    /// The names in it: at most `limit` of those that are meant for us, and `strays` of those that are not.
    package func list(limit: Int = .max, strays most: Int = 0) throws(SystemError) -> Listing {
        var strays: [FileName] = []
        let names = try directory.names(limit: limit) { name in
            if name.isForUs { return true }
            if strays.count < most, !name.isInTheMaking { strays.append(name) }
            return false
        }
        return Listing(names: names.sorted(), strays: strays.sorted())
    }

    /// Looks at an entry: only a regular file that was still for long enough is taken.
    ///
    /// Nil if it is gone.
    ///
    /// - Parameter firstSeen: when an earlier run passed an entry over, given its inode: what is known
    ///   of one whose own times say nothing.
    package func judge(
        _ name: FileName, _ stillness: Stillness, now: Timestamp,
        firstSeen: (_ inode: Int64) -> Timestamp? = { _ in nil }
    ) throws(SystemError) -> Judgement? {
        guard let status = try directory.status(of: name) else { return nil }
        let identity = FileIdentity(status)
        let inode = Int64(truncatingIfNeeded: identity.inode)
        let stillFor =
            identity.stillFor(at: now)
            ?? firstSeen(inode).map { now.milliseconds - $0.milliseconds }.flatMap {
                $0 >= 0 ? $0 : nil
            }
        let entry = Candidate(
            name: name, bytes: identity.bytes,
            mayEndEarly: stillFor.map { $0 >= stillness.incomplete } ?? false, identity: identity)
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .quarantine(entry, reason: "it is not a regular file")
        }
        // Of what says nothing of its time, its JSON still says whether it is whole.
        guard stillFor ?? .max >= stillness.whole else { return .later(entry, .settling) }
        if status.st_nlink != 1 {
            return stillFor ?? 0 < Self.patience
                ? .later(entry, .linked)
                : .quarantine(entry, reason: "it has another name (a hard link)")
        }
        if status.st_size == 0 {
            return entry.mayEndEarly
                ? .quarantine(entry, reason: "it is empty") : .later(entry, .incomplete)
        }
        return .take(entry)
    }
}

extension FileName {
    /// `something.json` in any case, not hidden. `x.json.part` and the like do not end so
    /// (contract.md §3).
    var isForUs: Bool {
        !isHidden && bytes.count > Self.ending.utf8CodeUnitCount && hasEnding(Self.ending)
    }

    /// What those who write files under another name first call them: left alone.
    var isInTheMaking: Bool {
        isHidden || Self.endingsInTheMaking.contains(where: hasEnding)
    }

    static let ending: StaticString = ".json"
    private static let endingsInTheMaking: [StaticString] = [
        ".part", ".tmp", ".filepart", ".partial", "~",
    ]

    private var isHidden: Bool { bytes.first == CChar(UInt8(ascii: ".")) }

    /// Whether it ends so, in any case; `ending` is in lower case.
    private func hasEnding(_ ending: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: ending.utf8Start, count: ending.utf8CodeUnitCount)
        return bytes.count >= wanted.count
            && zip(bytes.suffix(wanted.count), wanted).allSatisfy { byte, wanted in
                let byte = UInt8(bitPattern: byte)
                return (0x41...0x5A ~= byte ? byte | 0x20 : byte) == wanted
            }
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
