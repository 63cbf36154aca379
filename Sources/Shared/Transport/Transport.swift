/// Sends many calls at once, over libcurl's multi interface, on a thread of its own: calls go on while
/// their caller writes down what became of others.
///
/// The caller decides whom to call and how many calls each provider gets at a time; connections are
/// kept and used again. A loop that starts a call for each that `wait` returns keeps the wire full:
///
///     while let next = …, transport.inFlight < cap { transport.start(next, tag: …) }
///     for finished in try transport.wait(milliseconds: 1_000) { … }
///
/// No call is ever sent twice: see `Transfer`.
package final class Transport {
    /// The most calls that may be under way at once.
    package let capacity: Int
    /// How many calls have been started and not been returned by `wait`.
    package private(set) var inFlight = 0

    /// Made when it is first waited for: a run with nothing to ask does not wake libcurl.
    private var wire: Wire?
    /// Started, and not on the wire yet.
    private var starting: [(call: Call, tag: Int)] = []

    package init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    deinit {
        wire?.stop()
    }

    /// Puts a call on its way. The first byte leaves in `wait`, which must be called before long.
    ///
    /// To start more calls than `capacity` at once is a bug.
    package func start(_ call: Call, tag: Int) {
        precondition(inFlight < capacity, "the caller keeps count")
        inFlight += 1
        starting.append((call, tag))
    }

    /// Sends what was started, and waits until at least one call has ended or the time is over. With
    /// none under way it just waits.
    ///
    /// - Parameter limit: the most endings to return; others are kept for the next time.
    package func wait(
        milliseconds: Int, limit: Int = .max
    ) throws(TransportError) -> [Finished] {
        let wire = try openWire()
        if !starting.isEmpty {
            // Handed over once, whatever comes of it.
            let calls = starting
            starting = []
            try wire.send(calls)
        }
        let finished = try wire.receive(milliseconds: milliseconds, limit: limit)
        inFlight -= finished.count
        return finished
    }

    private func openWire() throws(TransportError) -> Wire {
        if let wire { return wire }
        let opened = try Wire(capacity: capacity)
        wire = opened
        return opened
    }
}

/// libcurl itself does not work: out of memory, or a version without an option we need.
///
/// The calls under way are lost: whoever recorded an intent before starting one finds it again.
package struct TransportError: Error, Equatable, CustomStringConvertible {
    let text: String

    package var description: String {
        "libcurl: \(text). Orders that were on their way are held as in doubt by the next run; "
            + "check memory and the installed libcurl (7.85 or newer), then run again."
    }
}
