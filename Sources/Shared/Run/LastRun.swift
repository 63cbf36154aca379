import Failures
import Glibc
import StrictJSON
import Timestamps

/// How a program's last run ended: `spool/lock/<program>.last`.
package struct LastRun: Equatable, Sendable {
    package let endedAt: Timestamp
    /// Its exit status (contract.md §1).
    package let status: Int32
    /// One line: the summary as in the log, or the reason why the run stopped.
    package let text: String
}

extension LastRun {
    /// The last run of `program`; nil if none is known.
    package static func read(of program: String, inSpool spool: String) -> LastRun? {
        let descriptor = open(
            RunFiles(of: program, inSpool: spool).last, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longest)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0, let json = try? JSONValue(parsing: Array(bytes[..<count])),
            case .string(let moment)? = json["ended_at"],
            let endedAt = Timestamp(parsing: moment),
            case .number(let status)? = json["status"],
            let status = status.integer.flatMap(Int32.init(exactly:)),
            case .string(let text)? = json["text"]
        else { return nil }
        return LastRun(endedAt: endedAt, status: status, text: text)
    }

    package init(endedAt: Timestamp, status: ExitStatus, text: String) {
        self.endedAt = endedAt
        self.status = status.rawValue
        self.text = LogText.sentence(text)
    }

    /// Keeps this as the last run of `program`. The caller holds the program's lock, if there is
    /// one.
    ///
    /// It is only for people to look at, so it is not synced, and no run fails because of it.
    package func keep(of program: String, inSpool spool: String) {
        var json = JSONWriter()
        json.beginObject()
        json.member("ended_at", "\(endedAt)")
        json.member("status", Int64(status))
        json.member("text", String(text.prefix(1_000)))
        json.endObject()
        let path = RunFiles(of: program, inSpool: spool).last
        let temporary = path + ".part"
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard (try? write(json.drain(), to: descriptor)) != nil else { return }
        rename(temporary, path)
    }

    /// In bytes; a text of 1,000 characters has a few thousand at most.
    private static let longest = 65_536
}
