import Glibc
import TestHouse
import TestSupport

extension Rig {
    /// The programs see another time, the kernel does not: the times of files are the right ones.
    static let clock = Rig(
        "clock", "a clock that is wrong for a while stops nothing, and sends nothing twice"
    ) { extent, findings in
        guard shellRun("command -v faketime >/dev/null").status == 0 else {
            return findings.skip("faketime is not installed")
        }
        let errors = extent == .full ? WrongClock.errors : WrongClock.fewErrors
        for error in errors {
            for programs in WrongClock.programs(extent) {
                findings.trying("\(programs.joined(separator: ", ")) with the clock \(error)") {
                    try WrongClock().seen(programs, by: error)
                }
            }
        }
    }
}

/// A panel with a sandbox, of which some programs run with a clock that is wrong.
private final class WrongClock {
    /// As `faketime -f` has it.
    static let errors = ["+3650d", "-3650d", "+2d", "-2d", "+1d", "-1d", "+600s", "-600s"]
    static let fewErrors = ["+3650d", "-1d"]

    /// Which programs are wrong for a run: each alone, and all together.
    static func programs(_ extent: Extent) -> [[String]] {
        let all = ["ingest", "dispatch", "poll", "report"]
        return (extent == .full ? all.map { [$0] } : []) + [all]
    }

    private let works = Works(inMemory: true)
    private let sandbox: SandboxProcess

    init() throws {
        sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Works.key)
        try works.open(with: sandbox)
    }

    func seen(_ programs: [String], by error: String) throws -> [String] {
        try works.accept("before")
        try works.done("dispatch", "poll")
        try works.stageIntoInbox("during")
        for program in ["ingest", "dispatch", "poll", "report"] {
            let ending =
                programs.contains(program)
                ? works.run(
                    program,
                    under: "env NO_FAKE_STAT=1 DONT_FAKE_MONOTONIC=1 faketime -f '\(error)'")
                : works.run(program)
            if ending.status != 0 {
                return ["\(program) ended with \(ending.status): \(ending.text)"]
            }
        }
        try works.accept("after")
        try works.settle(with: ["sandbox": sandbox])
        try works.done("report")
        return try counts() + daily() + silence() + works.findings()
    }

    /// Each link is there once.
    private func counts() throws -> [String] {
        let counts = try sandbox.counts()
        let links = Works.kinds.count * 3
        return (counts.count == links ? [] : ["\(counts.count) of \(links) orders were sent"])
            + counts.filter { $0.value.placed != 1 }.map { "\($0.key) was placed \($0.value)" }
    }

    /// `daily.csv` has every order once, on whatever day.
    private func daily() throws -> [String] {
        let text = content(at: "\(works.path)/reports/latest/daily.csv") ?? ""
        let bare = text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
        let lines = try rows(ofCSV: bare)
        guard let column = lines.first?.firstIndex(of: "orders") else {
            return ["daily.csv has no orders: \(text)"]
        }
        let sum = lines.dropFirst().compactMap { Int($0[column]) }.reduce(0, +)
        let wanted = Works.kinds.count * 3
        return sum == wanted ? [] : ["daily.csv has \(sum) orders of \(wanted)"]
    }

    private func silence() throws -> [String] {
        try works.silence(at: Int64(time(nil)) * 1_000)
    }
}

extension Works {
    /// Drops a batch with an order of each kind, for the next run of `ingest`.
    func stageIntoInbox(_ batch: String) throws {
        try stage(batch)
        try write(
            content(at: "\(path)/staged/\(batch).json") ?? "",
            to: "spool/resellers/acme/inbox/\(batch).json")
    }
}
