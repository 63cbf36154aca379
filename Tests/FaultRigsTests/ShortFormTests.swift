import FaultRigs
import Testing

/// Some points of every rig; `make test-faults` tries them all.
@Suite(.serialized) struct ShortFormTests {
    @Test(arguments: Rig.all)
    func `a promise holds at points spread over its whole range`(_ rig: Rig) {
        let findings = rig.run(.short)
        #expect(findings.failures == [], "\(rig.promise)")
        // Green and untried are not the same; scripts/test repeats this at its end.
        if let notice = findings.notice {
            Issue.record("\(rig.name) was not tried: \(notice)", severity: .warning)
        }
    }
}
