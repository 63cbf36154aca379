import Glibc
import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport

/// Cuts the power while clients call `upload`: what they were answered must be there afterwards
/// (doors.md §1, rule 4).
///
/// Where a program is struck, the other one goes on for some moments, and only then the power goes.
/// So `upload` is struck alone, without an `ingest` whose commit would sync its files for it. Where
/// `ingest` is struck, `upload` is killed before it can do much more.
struct DoorPowerCut {
    /// What is struck, and what is asked.
    enum Target: CaseIterable {
        /// `upload`, with files only: what it syncs for other calls would hide what it forgets.
        case files
        /// `upload`, with orders, which nobody takes: they are withdrawn, and must stay so.
        case withdrawals
        /// `ingest`, with calls of all kinds.
        case ingest
    }

    private let target: Target
    private let disk: Disk
    private let scene: DoorScene
    private let asked: [DoorCall]
    let calls: SystemCalls

    init(of target: Target) throws {
        self.target = target
        asked = DoorScene.calls.filter {
            target == .ingest || ($0.kind == .file) == (target == .files)
        }
        disk = try Disk(megabytes: 64)
        scene = try DoorScene(
            startsIngest: false, waitSeconds: target == .withdrawals ? 1 : patience / 2,
            in: disk.path)
        let works = try scene.open()
        try disk.keep()
        try disk.putBack()
        let trace = TemporaryFolder(inMemory: true)
        _ = try Self.serve(target, works, scene.key, asked) {
            DoorSweep.watching($0, into: "\(trace.path)/trace")
        }
        calls = SystemCalls(trace: content(at: "\(trace.path)/trace") ?? "", in: works.path)
        guard !calls.counts.isEmpty else { throw WorldFailure("strace showed no call") }
    }

    /// Makes the calls while the target runs under `script`. All programs are killed afterwards.
    ///
    /// Returns what the clients heard, and whether the target was killed before.
    private static func serve(
        _ target: Target, _ works: Works, _ key: String, _ calls: [DoorCall],
        as script: (String) -> String
    ) throws -> (answers: [[RawAnswer?]], isStruck: Bool) {
        let plain = { (command: String) in "exec \(command)" }
        var ingest: RunningProgram?
        if target == .ingest {
            let program = try RunningProgram(
                works, "ingest --linger 600 --no-dispatch --quiet", as: script)
            _ = eventually { works.isHeld("ingest") || program.end() != nil }
            // Nothing was asked yet.
            if program.end() != nil { return ([], false) }
            ingest = program
        }
        let upload = try DoorProgram(works, as: target == .ingest ? plain : script)
        let answers = Mutex<[[RawAnswer?]]?>(nil)
        let port = upload.port
        let clients = LoopbackThread {
            let heard = DoorCall.askAll(calls, port, key)
            answers.withLock { $0 = heard }
        }
        // Those that wait for an ingest that is dead are not answered.
        _ = eventually {
            answers.withLock { $0 != nil } || upload.ending() != nil || ingest?.end() != nil
        }
        // A client may know that upload is dead before its parent does.
        let isSilent = answers.withLock { $0?.joined().contains { $0 == nil } == true }
        let status =
            target == .ingest ? ingest?.end() : isSilent ? upload.waitForEnd() : upload.ending()
        if upload.ending() == nil { kill(upload.process, SIGKILL) }
        if let ingest, ingest.end() == nil { kill(ingest.process, SIGKILL) }
        _ = (upload.waitForEnd(), ingest?.waitForEnd())
        clients.join()
        try works.waitForPrograms()
        return (answers.withLock(\.self) ?? [], status == 137)
    }

    /// A blow at the `number`th call of that name.
    func blow(at name: String, _ number: Int) -> Blow { calls.blow(.kill, at: name, number) }

    /// Faults after a cut where a blow struck; nil if it was not felt.
    func seen(after blow: Blow) throws -> [String]? {
        try seen { blow.strikingInPlace($0) }
    }

    /// Faults after a cut when all calls are answered.
    func seenAtTheEnd() throws -> [String] {
        try seen(isStruck: false) { "exec \($0)" } ?? ["the target did not live so long"]
    }

    private func seen(
        isStruck: Bool = true, as script: (String) -> String
    ) throws -> [String]? {
        try disk.putBack()
        let works = scene.works
        let (answers, wasStruck) = try Self.serve(
            target, works, scene.key, asked, as: script)
        guard wasStruck == isStruck, !answers.isEmpty else { return nil }
        try disk.cutPower()
        if target == .withdrawals {
            try works.configure("wait_seconds: \(patience / 2),", insteadOf: "wait_seconds: 1,")
        }
        return try DoorAftermath(works: works, key: scene.key, calls: asked).faults(of: answers)
    }
}
