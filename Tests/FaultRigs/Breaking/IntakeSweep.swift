import TestSupport

/// Strikes `ingest` in copies of one scene, lets it run once more, and compares what is left with what
/// a run leaves that nothing disturbs.
struct IntakeSweep {
    private let scene: IntakeScene
    private let workshop = TemporaryFolder(inMemory: true)
    private let expected: Aftermath
    let calls: SystemCalls

    /// Every copy lies here, so that paths are always the same.
    private var premises: Premises { Premises(path: "\(workshop.path)/panel") }

    /// - Throws: `RigFailure`, `NoPowerSwitch`.
    init() throws {
        scene = try IntakeScene()
        let premises = Premises(path: "\(workshop.path)/panel")
        try scene.premises.copy(to: premises)
        try premises.done("ingest")
        expected = try Aftermath(of: premises)
        guard try premises.findings().isEmpty else { throw RigFailure("the scene is unsound") }
        try scene.premises.copy(to: premises)
        calls = try SystemCalls(of: "ingest", on: premises)
    }

    /// What should not be, after runs that were struck and one that was not; nil if a blow was never
    /// felt, because its run ended before.
    func seen(after blows: [Blow]) throws -> [String]? {
        try scene.premises.copy(to: premises)
        for blow in blows {
            let ending = premises.run("ingest", struckBy: blow)
            if blow.effect == .kill {
                if ending.status == 0 { return nil }
                guard ending.isKilled else { return ["status \(ending.status): \(ending.text)"] }
            } else if ending.status == 78 {
                // That is for a configuration that cannot be read, and promises that nothing was touched.
                guard ending.text.contains("/pipeline.yaml:"), isUntouched else {
                    return ["status 78: \(ending.text)"]
                }
            } else if ![0, 74].contains(ending.status) {
                return ["status \(ending.status): \(ending.text)"]
            }
        }
        let untrue = try premises.untrueReceipts()
        guard untrue.isEmpty else { return untrue }
        let last = premises.run("ingest")
        guard last.status == 0 else { return ["then status \(last.status): \(last.text)"] }
        return try Aftermath(of: premises).difference(from: expected)
    }

    /// Whether every file is as it was before the first run.
    private var isUntouched: Bool { tree(at: premises.path) == tree(at: scene.premises.path) }
}

extension Premises {
    /// Makes an exact copy, in the place of what is there.
    func copy(to other: Premises) throws {
        let script = "rm -rf '\(other.path)' && cp -a '\(path)' '\(other.path)'"
        guard shellRun(script).status == 0 else { throw RigFailure("\(path) cannot be copied") }
    }
}
