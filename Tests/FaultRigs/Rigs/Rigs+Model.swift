import TestSupport

extension Rig {
    /// A failing seed is printed; `SEED=… make test-faults RIG=model` begins with it.
    static let model = Rig(
        "model", "money is conserved, and every reply is what a simple model knew"
    ) { extent, findings in
        let first = Seeded()
        // Many short lives: what can happen to an order happens within a few hundred operations.
        for number in 0..<(extent == .full ? 400 : 6) {
            let seed = first.seed &+ UInt64(number)
            var run = try ModelRun(Seeded(seed: seed))
            for operation in 1...250 {
                var isSound = false
                findings.trying("SEED=\(seed), operation \(operation)") {
                    let seen = try run.step()
                    isSound = seen.isEmpty
                    return Array(seen.prefix(5))
                }
                if !isSound { break }
            }
        }
    }
}
