import Glibc
import TestHouse
import TestSupport

/// Kills `upload`, or the `ingest` that its calls wait for, while a script makes its calls; or
/// makes that `ingest` stand still until they have waited long enough. Then `upload` is started
/// again, and every call is asked again.
struct DoorSweep {
    /// What is struck.
    enum Target: String, CaseIterable {
        case upload
        /// `upload` starts another.
        case ingest
        /// It goes on when everybody was sent away.
        case lateIngest

        var effect: Blow.Effect { self == .lateIngest ? .stop : .kill }
    }

    private let target: Target
    private let scene: DoorScene
    let calls: SystemCalls

    /// What a server does that changes something: it also answers.
    private static let names = SystemCalls.names + ["writev", "sendto", "sendmsg"]

    /// What became of the first calls.
    private struct Outcome {
        let answers: [[RawAnswer?]]
        /// The exit status of what was struck, or 128 and the signal.
        let status: Int32?
    }

    /// - Throws: `WorldFailure`, `NoPowerSwitch`.
    init(of target: Target) throws {
        try NoPowerSwitch.check()
        self.target = target
        scene = try DoorScene(
            startsIngest: target == .ingest, waitSeconds: target == .lateIngest ? 1 : patience / 2)
        let works = try scene.open()
        let trace = TemporaryFolder(inMemory: true)
        _ = try Self.serve(target, works, scene.key) {
            Self.watching($0, into: "\(trace.path)/trace")
        }
        calls = SystemCalls(trace: content(at: "\(trace.path)/trace") ?? "", in: works.path)
        guard !calls.counts.isEmpty else { throw WorldFailure("strace showed no call") }
    }

    /// The command that runs `command` and writes its calls to `file`.
    static func watching(_ command: String, into file: String) -> String {
        let names = names.map { "?\($0)" }.joined(separator: ",")
        return "exec strace -D -f -y -qq -o '\(file)' -e trace=\(names) \(command)"
    }

    /// Makes the calls while the target runs under `script`.
    private static func serve(
        _ target: Target, _ works: Works, _ key: String, as script: (String) -> String
    ) throws -> Outcome {
        let plain = { (command: String) in "exec \(command)" }
        let upload = try DoorProgram(works, as: target == .upload ? script : plain)
        let ingest = try RunningProgram(
            works, "ingest --linger 600 --no-dispatch --quiet",
            as: target == .upload ? plain : script)
        // One that stands still already never takes its lock.
        let patience = ContinuousClock.now + .seconds(target == .lateIngest ? 2 : patience)
        while ingest.end() == nil, !works.isHeld("ingest"), ContinuousClock.now < patience {
            usleep(1_000)
        }
        let answers = DoorCall.askAll(DoorScene.calls, upload.port, key)
        kill(ingest.process, SIGCONT)
        let end = upload.end()
        if end != 0, target != .upload || end != 137 {
            throw WorldFailure("upload ended with \(end ?? -1): \(upload.text)")
        }
        // Nobody waits any more: what is left in the door is taken by this run, or by the next.
        if ingest.end() == nil { kill(ingest.process, SIGTERM) }
        // It may stand still only now, when all are answered.
        _ = eventually {
            kill(ingest.process, SIGCONT)
            return ingest.end() != nil
        }
        let status = target == .upload ? end : ingest.end()
        try works.waitForPrograms()
        return Outcome(answers: answers, status: status)
    }

    /// A blow at the `number`th call of that name.
    func blow(at name: String, _ number: Int) -> Blow {
        calls.blow(target.effect, at: name, number)
    }

    /// Faults after a blow; nil if it was not felt.
    func seen(after blow: Blow) throws -> [String]? {
        let works = try scene.open()
        let outcome = try Self.serve(target, works, scene.key) { blow.strikingInPlace($0) }
        let heard = outcome.answers.flatMap(\.self)
        switch (target, outcome.status) {
        case (.lateIngest, 0):
            // Only a call that was sent away shows that it stood still.
            guard heard.contains(where: { $0?.isLate == true }) else { return nil }
        case (_, 0): return nil
        case (.upload, 137), (.ingest, 137): break
        default: return ["\(target) ended with \(outcome.status ?? -1)"]
        }
        // Everybody is answered, also if another ingest has to be started for that.
        let isSilent = target != .upload && heard.contains { $0 == nil }
        let isAway = target == .ingest && heard.contains { $0?.isLate == true }
        return (isSilent ? ["a call got no answer"] : [])
            + (isAway ? ["a call was sent away, though another ingest can be started"] : [])
            + (try aftermath(of: outcome.answers, in: works))
    }

    private func aftermath(of answers: [[RawAnswer?]], in works: Works) throws -> [String] {
        if target == .lateIngest {
            try works.configure("wait_seconds: \(patience / 2),", insteadOf: "wait_seconds: 1,")
        }
        return try DoorAftermath(works: works, key: scene.key, calls: DoorScene.calls)
            .faults(of: answers)
    }
}
