import TestSupport

extension Rig {
    /// A minute in full. What it drops is the same for the same seed.
    static let batches = Rig(
        "batches", "every line of a hostile batch has its verdict, and moves no money unaccepted"
    ) { extent, findings in
        var fuzz = try BatchFuzz(Seeded())
        let end = ContinuousClock().now + .seconds(60)
        var runs = 0
        while findings.failures.count < 5,
            extent == .full ? ContinuousClock().now < end : runs < 8
        {
            try fuzz.run(into: &findings)
            runs += 1
            guard runs % 8 == 0 else { continue }
            for wrong in try fuzz.auditSeen() { findings.fail("after \(runs) runs: \(wrong)") }
        }
        for wrong in try fuzz.auditSeen() { findings.fail("in the end: \(wrong)") }
        if fuzz.orders == 0 || fuzz.rejections == 0 {
            findings.fail("\(fuzz.orders) orders and \(fuzz.rejections) rejections: one-sided")
        }
    }
}
