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
            startsIngest: target == .ingest, waitSeconds: target == .lateIngest ? 1 : patience)
        let works = try scene.open()
        let trace = TemporaryFolder(inMemory: true)
        let names = Self.names.map { "?\($0)" }.joined(separator: ",")
        let watch = "exec strace -D -f -y -qq -o \(trace.path)/trace -e trace=\(names) "
        _ = try Self.serve(target, works, scene.key) { watch + $0 }
        calls = SystemCalls(trace: content(at: "\(trace.path)/trace") ?? "", in: works.path)
        guard !calls.counts.isEmpty else { throw WorldFailure("strace showed no call") }
    }

    /// Makes the calls while the target runs under `script`.
    private static func serve(
        _ target: Target, _ works: Works, _ key: String, as script: (String) -> String
    ) throws -> Outcome {
        let plain = { (command: String) in "exec \(command)" }
        let ingest = try RunningProgram(
            works, "ingest --linger 600 --no-dispatch --quiet",
            as: target == .upload ? plain : script)
        // One that stands still already never takes its lock.
        let patience = ContinuousClock.now + .seconds(target == .lateIngest ? 2 : patience)
        while ingest.end() == nil, !works.isHeld("ingest"), ContinuousClock.now < patience {
            usleep(1_000)
        }
        let upload = try DoorProgram(works, as: target == .upload ? script : plain)
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
        return (isSilent ? ["a call got no answer"] : [])
            + (try aftermath(of: outcome.answers, in: works))
    }

    /// Faults once all is taken, `upload` runs again, and every call is asked again.
    private func aftermath(of first: [[RawAnswer?]], in works: Works) throws -> [String] {
        try works.done("ingest")
        if target == .lateIngest {
            try works.configure("wait_seconds: \(patience),", insteadOf: "wait_seconds: 1,")
        }
        let before = Set(try works.orderedLinks())
        let ingest = try RunningProgram(works, "ingest --linger 600 --no-dispatch --quiet")
        let upload = try DoorProgram(works)
        let rubbish = works.entries("tmp").map { "\($0) is left in tmp" }
        var stories: [DoorStory] = []
        for (call, heard) in zip(DoorScene.calls, first) {
            let wasRivalThere = !call.rivals.isEmpty && before.isSuperset(of: call.rivals)
            stories.append(
                DoorStory(
                    call: call, first: heard, wasThere: before.isSuperset(of: call.links),
                    wasRivalThere: wasRivalThere,
                    // A name that was free belongs to the first that asks.
                    isRivalThere: wasRivalThere
                        || stories.contains { $0.call.links == call.rivals },
                    again: call.ask(upload.port, scene.key)))
        }
        let end = upload.end()
        if ingest.end() == nil { kill(ingest.process, SIGTERM) }
        guard end == 0, ingest.waitForEnd() == 0 else {
            return ["the programs ended badly: \(upload.text) \(ingest.text)"]
        }
        try works.waitForPrograms()
        try works.done("ingest")
        return rubbish + stories.flatMap(\.faults) + (try wrongOrders(stories, in: works))
            + (try works.findings())
    }

    /// Orders that are not there once, or have another number than was told, and files that are
    /// nowhere at home.
    private func wrongOrders(_ stories: [DoorStory], in works: Works) throws -> [String] {
        let links = try works.orderedLinks()
        let losers = stories.filter { $0.again?.status == 409 }.flatMap(\.call.links)
        let expected = Set(stories.flatMap(\.call.links)).subtracting(losers)
        var seen: [String] = []
        if links != expected.sorted() {
            seen.append("the orders are \(links), not \(expected.sorted())")
        }
        let numbers = try works.table("SELECT link, id FROM orders")
        for story in stories {
            guard
                let answer = (story.first.compactMap(\.self) + [story.again].compactMap(\.self))
                    .first(where: { $0.order != nil }), let number = answer.order
            else { continue }
            let isIts = story.call.links.contains { numbers.contains("\($0)|\(number)") }
            if !isIts { seen.append("\(story.call.name) is not order \(number)") }
        }
        for place in ["tmp", "doors/acme", "work/acme"] {
            seen += works.entries(place).map { "\($0) is left in \(place)" }
        }
        return seen
    }
}
