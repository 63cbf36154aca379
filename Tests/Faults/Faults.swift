import FaultRigs
import Glibc

/// Runs every rig in full, or those that are named, and prints a table with the seconds that each
/// took: `make test-faults`.
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
        print(row("promise", "points", "failed", "seconds"))
        var isBroken = false
        for rig in Rig.all where names.isEmpty || names.contains(rig.name) {
            let begun = ContinuousClock.now
            let findings = rig.run(extent)
            let seconds = (ContinuousClock.now - begun).components.seconds
            print(
                row(
                    rig.promise, "\(findings.points)", "\(findings.failures.count)", "\(seconds)"))
            if let notice = findings.notice { print("    not tried: \(notice)") }
            for failure in findings.failures { print("    \(rig.name): \(failure)") }
            fflush(nil)
            isBroken = isBroken || !findings.failures.isEmpty
        }
        exit(isBroken ? 1 : 0)
    }

    private static func row(_ promise: String, _ figures: String...) -> String {
        func fill(_ count: Int, _ text: String) -> String {
            String(repeating: " ", count: max(0, count - text.count))
        }
        return promise + fill(76, promise) + figures.map { fill(9, $0) + $0 }.joined()
    }
}
