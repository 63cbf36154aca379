import TestSupport

extension Rig {
    static let words = Rig(
        "words", "no library's words reach a person without a sentence of ours"
    ) { extent, findings in
        let oracle = try WordsOracle()
        findings.fuzz(
            extent, few: 1_000, samples: WordsOracle.samples, words: WordsOracle.words
        ) { input, _ in oracle.complaint(about: input) }
        let house = try BrokenHouse()
        for (name, script) in BrokenHouse.troubles {
            findings.trying(name) { try house.seen(after: script) }
        }
        for slip in BrokenHouse.slips { findings.trying(slip) { house.seen(of: slip) } }
        var turn = 0
        for command in BrokenHouse.commands {
            for call in SystemCalls.names {
                for error in BrokenHouse.errors {
                    turn += 1
                    // In the short form each command, call and error comes by turns, in some pairs.
                    guard extent == .full || turn % 41 == 0 else { continue }
                    for number in extent == .full ? [1, 2, 4, 8] : [1 + turn % 3] {
                        findings.striking("\(error) from \(call) \(number) on, \(command)") {
                            try house.seen(
                                of: command, failing: call, from: number, with: error)
                        }
                    }
                }
            }
        }
    }
}
