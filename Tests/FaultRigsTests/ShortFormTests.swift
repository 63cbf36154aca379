import FaultRigs
import TestSupport
import Testing

/// Some points of every rig; `make test-faults` tries them all.
@Suite(.serialized) struct ShortFormTests {
    @Test(arguments: Rig.all)
    func `a promise holds at points spread over its whole range`(_ rig: Rig) async throws {
        // A rig may wait for tasks in this process, so it must not hold one of their threads.
        let findings = try await blocking { rig.run(.short) }
        #expect(findings.failures == [], "\(rig.promise)")
        // Green and untried are not the same; scripts/test repeats this at its end.
        if let notice = findings.notice {
            Issue.record("\(rig.name) was not tried: \(notice)", severity: .warning)
        }
    }
}
