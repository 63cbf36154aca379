import Glibc
import Logging
import TestSupport
import Timestamps

@testable import Run

/// A pipe whose output a test reads.
final class Pipe: Sendable {
    let input: Int32
    private let output: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        (output, input) = (ends[0], ends[1])
    }

    deinit {
        close(input)
        close(output)
    }

    /// The text written since the last call.
    var text: String { read(output) }
}

/// Everything that can be read from a descriptor without waiting.
func read(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

extension LogLines {
    /// Lines written to a pipe at ten in the morning.
    init(to pipe: Pipe, _ format: LogFormat = .text, level: Logger.Level = .notice) {
        self.init(
            program: "ingest", format: format, level: level, descriptor: pipe.input,
            clock: WallClock { Timestamp(milliseconds: 1_795_428_000_000) })
    }
}

/// A minimal configuration, in a folder of its own.
func configuration(in folder: TemporaryFolder) -> String {
    folder.write("currency: USD\nspool: spool", to: "pipeline.yaml")
}
