import Synchronization

/// One line on a person's terminal that shows how far a run is. It draws nothing in a pipe or a
/// log, and nothing in the first second of a run.
package final class ProgressLine: Sendable {
    static let eraseLine = "\r\u{1B}[K"
    /// Draws nothing, for a run that nobody watches.
    package static let hidden = ProgressLine(program: "", descriptor: nil)

    private let program: String
    /// The terminal, if there is one.
    private let descriptor: Int32?
    private let state: Mutex<State>

    private struct State {
        /// Drawing more often than a person can read would slow down the run.
        var nextDrawing: ContinuousClock.Instant
        var isDrawn = false
    }

    init(program: String, descriptor: Int32?, delay: Duration = .seconds(1)) {
        self.program = program
        self.descriptor = descriptor
        state = Mutex(State(nextDrawing: .now + delay))
    }

    /// `context.progress("sent", 120, of: 5_000)` draws `dispatch: sent 120 of 5000`.
    package func callAsFunction(_ verb: String, _ done: Int, of total: Int) {
        guard let descriptor else { return }
        state.withLock { state in
            guard state.nextDrawing <= .now else { return }
            state.nextDrawing = .now + .milliseconds(100)
            state.isDrawn = true
            draw("\(program): \(verb) \(done) of \(total)", on: descriptor)
        }
    }

    func erase() {
        guard let descriptor else { return }
        state.withLock { state in
            if state.isDrawn { draw("", on: descriptor) }
            state.isDrawn = false
        }
    }

    private func draw(_ line: String, on descriptor: Int32) {
        try? write(Array((Self.eraseLine + line).utf8), to: descriptor)
    }
}
