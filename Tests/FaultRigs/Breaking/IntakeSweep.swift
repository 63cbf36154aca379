import TestHouse
import TestSupport

/// Strikes `ingest` in copies of one scene, runs it once more, and compares the result with that of
/// an undisturbed run.
struct IntakeSweep {
    private let command: String
    private let scene: Works
    private let workshop = TemporaryFolder(inMemory: true)
    private let expected: Aftermath
    let calls: SystemCalls

    /// Every copy is made here, so that paths are always the same.
    private var works: Works { Works(path: "\(workshop.path)/panel") }

    /// - Parameter command: what is struck; the other runs are plain ones.
    /// - Throws: `WorldFailure`, `NoPowerSwitch`.
    init(of command: String = "ingest") throws {
        self.command = command
        scene = try Works.intakeScene()
        let works = Works(path: "\(workshop.path)/panel")
        try scene.copy(to: works)
        try works.done("ingest")
        expected = try Aftermath(of: works)
        guard try works.findings().isEmpty else { throw WorldFailure("the scene is unsound") }
        try scene.copy(to: works)
        calls = try SystemCalls(of: command, on: works)
    }

    /// Faults after runs that were struck and one that was not; nil if a run ended before its blow.
    func seen(after blows: [Blow]) throws -> [String]? {
        try scene.copy(to: works)
        for blow in blows {
            let ending = works.run(command, struckBy: blow)
            if blow.effect == .kill {
                if ending.status == 0 { return nil }
                guard ending.isKilled else { return ["status \(ending.status): \(ending.text)"] }
            } else if ending.status == 78 {
                // That status means that the configuration is wrong, and promises that nothing was
                // touched.
                guard ending.text.contains("/pipeline.yaml:"), isUntouched else {
                    return ["status 78: \(ending.text)"]
                }
            } else if ![0, 74].contains(ending.status) {
                return ["status \(ending.status): \(ending.text)"]
            }
        }
        let untrue = try works.untrueReceipts()
        guard untrue.isEmpty else { return untrue }
        let last = works.run("ingest")
        guard last.status == 0 else { return ["then status \(last.status): \(last.text)"] }
        return try Aftermath(of: works).difference(from: expected)
    }

    /// Whether every file is as it was before the first run.
    private var isUntouched: Bool { tree(at: works.path) == tree(at: scene.path) }
}

extension Works {
    /// Makes an exact copy, in place of whatever is there.
    func copy(to other: Works) throws {
        let script = "rm -rf '\(other.path)' && cp -a '\(path)' '\(other.path)'"
        guard shellRun(script).status == 0 else { throw WorldFailure("\(path) cannot be copied") }
    }
}
