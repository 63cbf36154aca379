import Glibc
import TestSupport
import Testing
import Timestamps

@testable import Spool

/// A spool on disk with the inbox of one reseller, `acme`.
struct Tray {
    let folder = TemporaryFolder()
    let spool: Spool
    let inbox: Inbox
    let acme = Dropper.reseller("acme")
    /// The day of the archive.
    let day = Timestamp(startOfDay: "2026-11-23")!

    init() throws {
        spool = try Spool.open(at: "\(folder.path)/spool", program: "ingest")
        try spool.makeDirectories(ofReseller: "acme")
        inbox = try spool.openInbox(of: acme)!
    }

    /// A path in the inbox.
    func path(_ name: String) -> String { "\(spool.inbox(of: acme))/\(name)" }

    /// A file as a reseller drops it, long ago.
    func drop(_ text: String, as name: String) {
        drop(text, as: FileName(name))
    }

    func drop(_ text: String, as name: FileName) {
        let descriptor = openat(
            inbox.directory.descriptor, name.text, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0, "\(name): \(String(cString: strerror(errno)))")
        precondition(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    /// Sets a file's time of change, in seconds since 1970.
    func touch(_ name: String, at second: Int) {
        let times = [timespec(tv_sec: second, tv_nsec: 0), timespec(tv_sec: second, tv_nsec: 0)]
        precondition(utimensat(AT_FDCWD, path(name), times, 0) == 0)
    }

    /// When the file system last noted a change of the file; in milliseconds since 1970.
    func changed(_ name: String) throws -> Int64 {
        Int64(try inbox.directory.status(of: FileName(name))!.st_ctim.tv_sec) * 1_000
    }

    /// What to do about an entry, in words.
    func judge(
        _ name: String, settle: Int64 = 0, incomplete: Int64 = 0, at now: Int64 = .max / 2,
        firstSeen: Int64? = nil
    ) throws -> String? {
        let judgement = try inbox.judge(
            FileName(name), Stillness(whole: settle, incomplete: incomplete),
            now: Timestamp(milliseconds: now),
            firstSeen: { _ in firstSeen.map { Timestamp(milliseconds: $0) } })
        return switch judgement {
        case nil: nil
        case .take: "take"
        case .later(_, let delay): "later: \(delay)"
        case .quarantine(_, let reason): "quarantine: \(reason)"
        }
    }

    func candidate(_ name: FileName) throws -> Candidate {
        let judgement = try inbox.judge(
            name, Stillness(whole: 0, incomplete: 0), now: Timestamp(milliseconds: .max / 2))
        guard case .take(let candidate) = try #require(judgement) else {
            throw SystemError("cannot take", "\(name)", code: 0)
        }
        return candidate
    }

    /// Copies one file and moves the copy to `work`.
    func copied(_ name: FileName) throws -> CopiedFile {
        var copying = try Copying(spool)
        #expect(try copying.copy(try candidate(name), from: inbox) == .copied)
        return try copying.finish().files[0]
    }

    func copied(_ name: String) throws -> CopiedFile {
        try copied(FileName(name))
    }

    /// Takes one file all the way to the archive, and returns the names there.
    func taken(_ name: FileName) throws -> [String] {
        try finish(try copied(name), to: .archive(receivedAt: day))
        return try names("archive")
    }

    /// Finishes a file under its own name, without obstacles.
    func finish(_ file: CopiedFile, to destination: FinishedFile.Destination) throws {
        #expect(try spool.finish([FinishedFile(file, as: file.name, to: destination)]).isEmpty)
    }

    /// Moves an entry that can never be a batch to quarantine.
    func quarantine(_ name: String) throws {
        let held = try #require(try spool.hold(try judged(name), from: inbox))
        try spool.quarantine(held, digest: Spool.digestOfNothing)
    }

    /// An entry that can never be a batch, as it was when it was judged.
    func judged(_ name: String) throws -> Candidate {
        let judgement = try inbox.judge(
            FileName(name), Stillness(whole: 0, incomplete: 0),
            now: Timestamp(milliseconds: .max / 2))
        guard case .quarantine(let entry, _) = try #require(judgement) else {
            throw SystemError("cannot quarantine", name, code: 0)
        }
        return entry
    }

    /// The names in one of acme's directories, or in `tmp`.
    func names(_ directory: String) throws -> [String] {
        let path =
            switch directory {
            case "inbox": spool.inbox(of: acme)
            case "outbox": spool.outbox(of: acme)
            case "work": spool.work(of: acme)
            case "archive": spool.archive(of: acme, at: day)
            case "quarantine": spool.quarantine(of: acme)
            default: "\(spool.root)/\(directory)"
            }
        guard access(path, F_OK) == 0 else { return [] }
        return try Directory(path).names().map(\.description).sorted()
    }
}

extension FileName {
    /// A name of arbitrary bytes.
    init(_ bytes: [UInt8]) {
        self.init(text: (bytes + [0]).map(CChar.init(bitPattern:)))
    }
}

/// The text of a file.
func text(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
}
