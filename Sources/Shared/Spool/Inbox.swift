import Glibc
import Timestamps

/// Where a user drops files. The user can do anything there at any moment.
package struct Inbox: Sendable {
    package let dropper: Dropper
    let directory: Directory

    /// How long a file with a second name is left alone before it goes to quarantine, in
    /// milliseconds. OpenSSH gives a file a second name while it renames it.
    static let patience: Int64 = 3_600_000

    package var path: String { directory.path }
}

/// How long a file must have been unchanged before intake takes it, in milliseconds.
package struct Stillness: Sendable {
    /// For a whole file.
    package let whole: Int64
    /// For a file that ends early: it is empty, or its JSON is not closed.
    package let incomplete: Int64

    package init(whole: Int64, incomplete: Int64) {
        self.whole = whole
        self.incomplete = incomplete
    }
}

/// An entry of an inbox, as it was when we looked at it.
package struct Candidate: Sendable {
    package let name: FileName
    package let bytes: Int64
    /// Whether it was unchanged for so long that it is taken even if it ends early.
    package let mayEndEarly: Bool
    let identity: FileIdentity

    /// Distinguishes it from another entry of the same name, as long as either exists.
    package var inode: Int64 { Int64(truncatingIfNeeded: identity.inode) }
}

extension Candidate {
    /// In how many milliseconds a file that was passed over becomes due if nobody touches it; nil
    /// if its times do not say.
    package func millisecondsUntilDue(
        _ delay: Delay, _ stillness: Stillness, now: Timestamp
    ) -> Int64? {
        guard let stillFor = identity.stillFor(at: now) else { return nil }
        return switch delay {
        case .settling: max(0, stillness.whole - stillFor)
        case .incomplete: max(0, stillness.incomplete - stillFor)
        // It is due when it loses a name.
        case .linked: nil
        }
    }
}

/// Tells whether a file is still the same file, and unchanged.
struct FileIdentity: Equatable, Sendable {
    let device: UInt64
    let inode: UInt64
    let bytes: Int64
    /// Nanoseconds since 1970. The user sets this time, so it may lie after 2262, where 64 bits
    /// end.
    let modified: Int128
    /// When the system last noted a change of the file or its names, also in nanoseconds since
    /// 1970. Nobody can set this time, so a new file that got the inode of an old one is recognized
    /// as new.
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

    /// How long the file has been unchanged, in milliseconds, by the later of both times, because a
    /// client may set an old time on a file that it has just written. A time in the future says
    /// nothing: some clock was wrong. Nil if neither time says anything.
    func stillFor(at now: Timestamp) -> Int64? {
        let now = Int128(now.milliseconds)
        let past = [modified / 1_000_000, changed / 1_000_000].filter { $0 <= now }
        return past.max().map { Int64(clamping: now - $0) }
    }

    /// Whether `other` is this file after a move. The system notes a move as a change.
    func isMoved(to other: FileIdentity) -> Bool {
        (device, inode, bytes, modified)
            == (other.device, other.inode, other.bytes, other.modified)
    }
}

/// What to do about an entry of an inbox.
package enum Judgement: Sendable {
    case take(Candidate)
    case later(Candidate, Delay)
    /// It can never be a batch, for this reason.
    case quarantine(Candidate, reason: String)
}

/// Why intake does not take an entry of an inbox yet.
package enum Delay: Sendable {
    /// Somebody may still be writing it.
    case settling
    /// It ends early; the rest may be on its way.
    case incomplete
    /// It has a second name; somebody may be renaming it.
    case linked
}

extension Spool {
    /// The inbox of `dropper`; nil if there is none.
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
    /// The names in an inbox.
    package struct Listing: Sendable {
        /// The names that are meant for us, in order.
        package var names: [FileName] = []
        /// Some of the names that are not meant for us and do not look like files being written.
        package var strays: [FileName] = []
    }

    /// Lists it: at most `limit` names that are meant for us, and at most `most` that are not.
    package func list(limit: Int = .max, strays most: Int = 0) throws(SystemError) -> Listing {
        var strays: [FileName] = []
        let names = try directory.names(limit: limit) { name in
            if name.isForUs { return true }
            if strays.count < most, !name.isInTheMaking { strays.append(name) }
            return false
        }
        return Listing(names: names.sorted(), strays: strays.sorted())
    }

    /// Looks at an entry. Only a regular file that was unchanged for long enough is taken.
    ///
    /// - Parameters:
    ///   - name: the entry's name.
    ///   - stillness: how long is long enough.
    ///   - now: the time of the clock.
    ///   - firstSeen: when an earlier run passed over the entry with this inode. It counts for an
    ///     entry whose own times say nothing.
    /// - Returns: what to do about the entry; nil if it is gone.
    /// - Throws: `SystemError` if the inbox cannot be read.
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
        // If the times say nothing, the JSON still says whether the file is whole.
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
    /// Whether it is `something.json`, in any case, and not hidden. Uploads in progress have other
    /// endings, such as `x.json.part` (contract.md §3).
    var isForUs: Bool {
        !isHidden && bytes.count > Self.ending.utf8CodeUnitCount && hasEnding(Self.ending)
    }

    /// Whether it looks like a file that is first written under another name. We leave it alone.
    var isInTheMaking: Bool {
        isHidden || Self.endingsInTheMaking.contains(where: hasEnding)
    }

    static let ending: StaticString = ".json"
    private static let endingsInTheMaking: [StaticString] = [
        ".part", ".tmp", ".filepart", ".partial", "~",
    ]

    private var isHidden: Bool { bytes.first == CChar(UInt8(ascii: ".")) }

    /// Whether the name has this ending, in any case; `ending` itself is in lower case.
    private func hasEnding(_ ending: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: ending.utf8Start, count: ending.utf8CodeUnitCount)
        return bytes.count >= wanted.count
            && zip(bytes.suffix(wanted.count), wanted).allSatisfy { byte, wanted in
                let byte = UInt8(bitPattern: byte)
                return (0x41...0x5A ~= byte ? byte | 0x20 : byte) == wanted
            }
    }

    /// The name without `.json`, short enough to append `.<8 digits>.receipt.json`.
    package var stem: String { Self.harmless(bytes.dropLast(5), longest: 225) }

    /// The name as it follows a digest in our directories, short enough to append `.reason.json`.
    package var safe: String { Self.harmless(bytes, longest: 170) }

    /// A name as text without characters that a terminal would obey, cut to `longest` bytes.
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
