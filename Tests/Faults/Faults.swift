import FaultRigs
import Glibc

/// Runs every rig in full, or those that are named, and prints a table: `make test-faults`.
///
/// With `--short`, at some points only; `--list` prints the rigs' names.
///
/// Exit status: 0 if every promise held, 1 if one did not, 64 for a name that no rig has.
@main
enum Faults {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let names = words.filter { $0 != "--short" }
        let extent: Extent = names.count < words.count ? .short : .full
        let known = Rig.all.map(\.name)
        if names == ["--list"] {
            print(known.joined(separator: "\n"))
            exit(0)
        }
        guard names.allSatisfy(known.contains) else {
            print("faults: the rigs are \(known.sorted().joined(separator: ", "))")
            exit(64)
        }
        print(row("promise", "points", "failed"))
        var isBroken = false
        for rig in Rig.all where names.isEmpty || names.contains(rig.name) {
            let findings = rig.run(extent)
            print(row(rig.promise, "\(findings.points)", "\(findings.failures.count)"))
            if let notice = findings.notice { print("    not tried: \(notice)") }
            for failure in findings.failures { print("    \(rig.name): \(failure)") }
            fflush(nil)
            isBroken = isBroken || !findings.failures.isEmpty
        }
        exit(isBroken ? 1 : 0)
    }

    private static func row(_ promise: String, _ points: String, _ failed: String) -> String {
        func fill(_ count: Int, _ text: String) -> String {
            String(repeating: " ", count: max(0, count - text.count))
        }
        return promise + fill(76, promise) + fill(9, points) + points + fill(9, failed) + failed
    }
}
