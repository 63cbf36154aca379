extension Rig {
    static let reader = Rig(
        "reader", "the reader of JSON never crashes, hangs, or contradicts itself"
    ) { extent, findings in
        findings.fuzz(extent, samples: ReaderOracle.samples, words: ReaderOracle.words) {
            input, _ in
            ReaderOracle.complaint(about: input)
        }
    }

    static let replies = Rig(
        "replies", "from no answer of a provider is anything concluded that it does not say"
    ) { extent, findings in
        let oracle = ReplyOracle()
        let words = ReaderOracle.words + ReplyOracle.words
        findings.fuzz(extent, samples: ReplyOracle.samples, words: words) {
            oracle.complaint(about: $0, &$1)
        }
    }

    static let calls = Rig(
        "calls", "a call means the same however it is sent, and makes no line but its own"
    ) { extent, findings in
        findings.fuzz(extent, samples: CallOracle.samples, words: CallOracle.words) { input, _ in
            CallOracle.complaint(about: input)
        }
    }

    static let requests = Rig(
        "requests", "a server makes of a request what it says, in however many pieces it comes"
    ) { extent, findings in
        let oracle = try RequestOracle()
        findings.fuzz(
            extent, few: 1_000, samples: RequestOracle.samples, words: RequestOracle.words
        ) { input, _ in try oracle.complaint(about: input) }
        try oracle.stop()
    }

    static let configuration = Rig(
        "configuration", "a configuration is right, or is refused in words, at once"
    ) { extent, findings in
        let oracle = ConfigurationOracle()
        findings.fuzz(
            extent, samples: [ConfigurationOracle.sample], words: ConfigurationOracle.words
        ) { input, _ in oracle.complaint(about: input) }
    }
}
