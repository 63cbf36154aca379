import Failures
import Glibc
import Run
import Spool
import StrictJSON

/// The result of a desk file, by its receipt; the number is the exit status of `--wait`.
enum ReceiptVerdict: Int32 {
    /// Every line was accepted, was done before, or waits for a provider's answer.
    case accepted = 0
    case rejected = 1
    /// There is no receipt yet.
    case unknown = 2
}

/// The receipt of a desk file that `admin --wait` waits for.
///
/// 1. Wait as long as a file must be still before it is taken.
/// 2. Start `ingest`, which is installed beside `admin`. If another run holds the lock, that run or
///    cron's next one takes the file.
/// 3. Look for the receipt until it is there.
struct AwaitedReceipt {
    private let path: String
    private let meaning: String
    private let configuration: String
    private let settleSeconds: Int

    /// How long a command waits, in seconds: cron starts `ingest` every minute.
    private static let patienceSeconds = 120
    /// Between two looks, in milliseconds.
    private static let pause = 100

    init(of drop: DeskDrop, in spool: Spool, configuration: String, settleSeconds: Int) {
        path = drop.receipt(in: spool)
        meaning = drop.lines.meaning
        self.configuration = configuration
        self.settleSeconds = settleSeconds
    }

    func wait(answering options: StageOptions) throws -> ReceiptVerdict {
        guard let receipt = look() else {
            try Answer.give(
                options,
                """
                there is no receipt after \(Self.patienceSeconds) seconds: \(path). The file is \
                dropped, and ingest applies it when it runs; see admin status
                """
            ) { json in
                json.member("receipt", path)
                json.member("status", nil as String?)
            }
            return .unknown
        }
        try Answer.give(options, receipt.text(meaning, at: path)) { json in
            json.member("receipt", path)
            json.member("status", receipt.status)
            json.list("rejected", receipt.rejections) { rejection, json in
                json.member("line", rejection.line)
                json.member("code", rejection.code)
                json.member("detail", rejection.detail)
            }
        }
        return receipt.isRejected ? .rejected : .accepted
    }

    private func look() -> DeskReceipt? {
        var rest = Self.patienceSeconds * 1_000
        // A tenth more than needed, because file clocks are coarse.
        var untilIngest = settleSeconds * 1_000 + 2 * Self.pause
        var child: ChildProgram?
        while rest > 0 {
            if let receipt = DeskReceipt(at: path) { return receipt }
            usleep(UInt32(Self.pause) * 1_000)
            rest -= Self.pause
            untilIngest -= Self.pause
            if let started = child {
                // It found another run, or came too early by its clock: try again in a second.
                if started.exitStatus() != nil {
                    child = nil
                    untilIngest = 1_000
                }
            } else if untilIngest <= 0 {
                child = ChildProgram.start("ingest", ["--quiet", "--config", configuration])
                // Not installed here: the run that cron starts takes the file.
                if child == nil { untilIngest = .max }
            }
        }
        return nil
    }
}

/// A desk file's receipt.
struct DeskReceipt {
    let status: String
    let detail: String?
    let pending: Int
    let rejections: [(kind: String, line: Int64, code: String, detail: String)]

    var isRejected: Bool { status == "rejected" || !rejections.isEmpty }

    /// Nil if there is no receipt, or no whole one.
    init?(at path: String) {
        guard let bytes = SmallFile.bytes(at: path),
            let json = try? JSONValue(parsing: bytes, limits: .reply),
            case .string(let status)? = json["status"], case .object(let members) = json
        else { return nil }
        self.status = status
        detail = json["detail"]?.text
        let lines = members.flatMap { member -> [(String, JSONValue)] in
            guard case .array(let lines) = member.value else { return [] }
            return lines.map { (member.key, $0) }
        }
        pending = lines.count { $1["status"]?.text == "pending" }
        rejections = lines.compactMap { kind, line in
            guard line["status"]?.text == "rejected" else { return nil }
            return (
                kind, line["line"]?.integer ?? 0, line["code"]?.text ?? "",
                line["detail"]?.text ?? ""
            )
        }
    }

    /// The most rejections that are shown to a person; the receipt has all.
    private static let shown = 20

    func text(_ meaning: String, at path: String) -> String {
        guard isRejected else {
            let rest =
                pending > 0
                ? "; " + pending.counted("line waits", "lines wait")
                    + " until poll has asked the provider" : ""
            return "\(status): \(meaning)\(rest); the receipt is \(path)"
        }
        let why = detail ?? rejections.count.counted("line was rejected", "lines were rejected")
        let head = "\(status): \(why); the receipt is \(path)"
        let lines = rejections.prefix(Self.shown).map {
            "  \($0.kind) line \($0.line): \($0.code): \($0.detail)"
        }
        let more = rejections.count - lines.count
        return ([head] + lines + (more > 0 ? ["  and \(more) more"] : [])).joined(separator: "\n")
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }
}
