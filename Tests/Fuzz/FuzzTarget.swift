import FaultRigs
import TestSupport

/// A reader of ours for input from strangers, and a judge of its results.
struct FuzzTarget: Sendable {
    let name: String
    /// Inputs as they should be: where the fuzzer begins.
    let seeds: [[UInt8]]
    /// The words that mean something to the reader.
    let words: [String]
    /// Prepares once, and returns a judge that says what is wrong with an input, if anything. It
    /// always judges the same input alike.
    let judge: @Sendable () throws -> (_ input: [UInt8]) throws -> String?

    static let all = [
        reader, replies, calls, requests, doors, configuration, batch, words,
    ]

    private static let reader = FuzzTarget(
        name: "reader", seeds: ReaderOracle.samples.map { Array($0.utf8) },
        words: ReaderOracle.words
    ) { ReaderOracle.complaint }

    /// The first byte draws the HTTP status.
    private static let replies = FuzzTarget(
        name: "replies", seeds: ReplyOracle.samples.map { [0] + $0.utf8 },
        words: ReaderOracle.words + ReplyOracle.words
    ) {
        let oracle = ReplyOracle()
        return { input in
            var random = Seeded(seed: UInt64(input.first ?? 0))
            return oracle.complaint(about: Array(input.dropFirst()), &random)
        }
    }

    /// The first byte says how the call comes: `q` in the address, `m` in parts.
    private static let calls = FuzzTarget(
        name: "calls", seeds: CallOracle.samples.map { Array($0.utf8) }, words: CallOracle.words
    ) { CallOracle.complaint }

    /// The first byte says where the request is cut in two, if it is.
    private static let requests = FuzzTarget(
        name: "requests", seeds: RequestOracle.samples.map { Array($0.utf8) },
        words: RequestOracle.words
    ) { try RequestOracle().complaint }

    /// The first byte says which reader of `upload` it is for.
    private static let doors = FuzzTarget(
        name: "doors", seeds: DoorOracle.samples.map { Array($0.utf8) }, words: DoorOracle.words
    ) { DoorOracle().complaint }

    private static let configuration = FuzzTarget(
        name: "configuration", seeds: [Array(ConfigurationOracle.sample.utf8)],
        words: ConfigurationOracle.words
    ) { ConfigurationOracle().complaint }

    /// The first byte says whose file it is: `d` for the desk's.
    private static let batch = FuzzTarget(
        name: "batch", seeds: batches, words: BatchMaker.words
    ) { try BatchOracle().complaint }

    /// The first byte says what is broken.
    private static let words = FuzzTarget(
        name: "words", seeds: WordsOracle.samples.map { Array($0.utf8) }, words: WordsOracle.words
    ) { try WordsOracle().complaint }

    private static var batches: [[UInt8]] {
        var maker = BatchMaker(Seeded(seed: 1))
        maker.lastOrder = 20
        return (0..<40).map { index in
            index % 3 == 0
                ? Array("d\(maker.deskFile())".utf8) : Array("r\(maker.batch())".utf8)
        }
    }
}
