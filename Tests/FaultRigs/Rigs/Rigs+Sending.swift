extension Rig {
    /// What tries `dispatch` and `poll`, and all programs together.
    static let sending = [dispatchKills, pollKills, providerFaults, overlap, clock]

    private static let dispatchKills = kills(
        .dispatch, "dispatch-kills",
        "no order is sent twice or dropped, wherever dispatch is killed")
    private static let pollKills = kills(
        .poll, "poll-kills",
        "refunds come once and status files in sequence, wherever poll is killed"
    )

    private static func kills(
        _ program: SendingSweep.Program, _ name: String, _ promise: String
    ) -> Rig {
        Rig(name, promise) { extent, findings in
            var sweep = try SendingSweep()
            let calls = try sweep.calls(of: program)
            for call in calls.counts.keys.sorted() {
                if sweep.isLong {
                    findings.trying("before \(call), every doubt resolved") { try sweep.verdict() }
                    sweep = try SendingSweep()
                }
                findings.kill(
                    program.rawValue, at: call, of: calls, extent,
                    most: extent == .full ? .max : 2
                ) { try sweep.seen(killing: program, by: $0) }
            }
            findings.trying("once every doubt is resolved") { try sweep.verdict() }
        }
    }

    private static let providerFaults = Rig(
        "provider-faults", "a bad answer moves no money, and stops no other provider"
    ) { extent, findings in
        let dialogue = try FaultyDialogue()
        var turn = 0
        for action in FaultyDialogue.Action.allCases {
            for fault in FaultyDialogue.Fault.all where fault.befalls(action) {
                turn += 1
                // In the short form, every answer to some action, and all that costs no time to
                // orders.
                guard
                    extent == .full || turn % FaultyDialogue.Action.allCases.count == 0
                        || (action == .add && fault.answer == nil)
                else { continue }
                findings.trying("\(action): \(fault)") { try dialogue.seen(fault, on: action) }
            }
        }
        findings.trying("once both behave") { try dialogue.verdict() }
    }
}
