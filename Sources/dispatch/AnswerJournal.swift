import Glibc
import Ledger
import Spool
import StrictJSON
import Timestamps
import Trade

/// Keeps the answers of providers when the ledger cannot: a file whose room was taken before
/// anything was sent, so that a full disk cannot lose them. The next run writes them into the ledger
/// before anything else (design.md §6).
///
/// One answer a line, as JSON; the rest of the file is zeros, so that a write that was cut off leaves
/// no line of an earlier run behind it. A line that was cut off is no answer: its order is still
/// `sending`, and so becomes in doubt.
struct AnswerJournal: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Room for the answers that can be outstanding at once.
    private static let bytes = 4 << 20

    /// Opens the journal and takes its room on the disk.
    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("cannot open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("cannot look at", path) }
        guard status.st_size < Self.bytes else { return }
        let code = posix_fallocate(descriptor, 0, off_t(Self.bytes))
        guard code == 0 else { throw SystemError("cannot take room for", path, code: code) }
        guard fsync(descriptor) == 0 else { throw SystemError("cannot sync", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Writes answers into the journal, and syncs them. It is clear, or holds the first of them.
    func keep(_ answers: [SendOutcome]) throws(SystemError) {
        try write(Array(answers.flatMap(\.journalLine).prefix(Self.bytes)))
    }

    /// Forgets what was kept.
    func clear() throws(SystemError) {
        try write([UInt8](repeating: 0, count: Self.bytes))
    }

    /// The answers that were kept and not cleared.
    func kept() throws(SystemError) -> [SendOutcome] {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(text.count))
            guard count >= 0 else { throw SystemError("cannot read", path) }
            let written = piece[..<count].prefix { $0 != 0 }
            text += written
            if written.count < piece.count { break }
        }
        return text.split(separator: UInt8(ascii: "\n")).compactMap {
            SendOutcome(journalLine: Array($0))
        }
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fsync(descriptor) == 0
        else { throw SystemError("cannot write", path) }
    }
}

extension SendOutcome {
    /// One line of the journal.
    fileprivate var journalLine: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("order")
        json.integer(order.rawValue)
        if let attempt {
            json.key("attempt")
            json.integer(Int64(attempt))
        }
        switch content {
        case .placed(let providerOrder, let followAt):
            json.key("placed")
            json.string(providerOrder)
            json.key("at")
            json.integer(followAt.milliseconds)
        case .postponed(let until, let isRefusal, let evidence, let isDuplicate):
            json.key(isDuplicate ? "duplicate" : isRefusal ? "put_off" : "not_sent")
            json.string(evidence)
            json.key("at")
            json.integer(until.milliseconds)
        case .refused(let evidence, let isOfService):
            json.key(isOfService ? "no_service" : "refused")
            json.string(evidence)
        case .unknown(let evidence):
            json.key("unknown")
            json.string(evidence)
        }
        json.endObject()
        return json.drain() + [UInt8(ascii: "\n")]
    }

    /// Nil where the line was cut off.
    fileprivate init?(journalLine bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let order = json["order"]?.wholeNumber
        else { return nil }
        let at = Timestamp(milliseconds: json["at"]?.wholeNumber ?? 0)
        let content: Content
        if let id = json["placed"]?.textValue {
            content = .placed(providerOrder: id, followAt: at)
        } else if let evidence = json["put_off"]?.textValue {
            content = .postponed(until: at, isRefusal: true, evidence: evidence)
        } else if let evidence = json["duplicate"]?.textValue {
            content = .postponed(
                until: at, isRefusal: true, evidence: evidence, isDuplicate: true)
        } else if let evidence = json["not_sent"]?.textValue {
            content = .postponed(until: at, isRefusal: false, evidence: evidence)
        } else if let evidence = json["refused"]?.textValue {
            content = .refused(evidence: evidence)
        } else if let evidence = json["no_service"]?.textValue {
            content = .refused(evidence: evidence, isOfService: true)
        } else if let evidence = json["unknown"]?.textValue {
            content = .unknown(evidence: evidence)
        } else {
            return nil
        }
        self.init(
            order: OrderID(order), attempt: json["attempt"]?.wholeNumber.map(Int.init), content)
    }
}

extension JSONValue {
    fileprivate var wholeNumber: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    fileprivate var textValue: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
