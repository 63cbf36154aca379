/// Sends many calls at once, over libcurl's multi interface, on a thread of its own: calls go on
/// while their caller writes down the answers to others.
///
/// The caller decides whom to call and how many calls each server gets at a time. Connections are
/// kept and used again. A loop that starts a call for each that `wait` returns keeps the wire full:
///
///     while let next = …, transport.inFlight < cap { transport.start(next, tag: …) }
///     for finished in try transport.wait(milliseconds: 1_000) { … }
///
/// No call is ever sent twice: see `Transfer`.
package final class Transport {
    /// The most calls that may be under way at once.
    package let capacity: Int
    /// How many calls have been started and not yet returned by `wait`.
    package private(set) var inFlight = 0

    /// Made for the first `wait`: a run with nothing to ask does not start libcurl.
    private var wire: Wire?
    /// Calls that were started and are not on the wire yet.
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
    /// It is a bug to have more calls under way than `capacity`.
    ///
    /// - Parameters:
    ///   - call: the request to send.
    ///   - tag: the number by which the caller knows the call when it has ended.
    package func start(_ call: Call, tag: Int) {
        precondition(inFlight < capacity, "the caller keeps count")
        inFlight += 1
        starting.append((call, tag))
    }

    /// Sends what was started, and waits until at least one call has ended or the time is over. If
    /// none is under way it just waits.
    ///
    /// - Parameters:
    ///   - milliseconds: how long to wait.
    ///   - limit: the most calls to return; others are kept for the next time.
    /// - Returns: calls that have ended.
    /// - Throws: `TransportError`; the calls under way are lost.
    package func wait(
        milliseconds: Int, limit: Int = .max
    ) throws(TransportError) -> [Finished] {
        let wire = try openWire()
        if !starting.isEmpty {
            // They are handed over once, even if this fails.
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
/// The calls under way are lost. A stage that committed an intent before each finds them again.
package struct TransportError: Error, Equatable, CustomStringConvertible {
    let text: String

    package var description: String {
        "libcurl: \(text). Orders that were on their way are held as in doubt by the next run; "
            + "check memory and the installed libcurl (7.85 or newer), then run again."
    }
}
