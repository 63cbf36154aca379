/// Until when a run starts something new.
///
/// A clock that is set back behind the run's begin ends it too: else the run would go on, and hold its
/// lock, until the clock had come so far again.
package struct Deadline: Sendable {
    private let begun: Timestamp
    private let end: Timestamp

    package init(seconds: Int, from begun: Timestamp) {
        self.begun = begun
        end = begun.adding(seconds: seconds)
    }

    package func isPassed(at now: Timestamp) -> Bool {
        now >= end || now.adding(seconds: Self.slack) < begun
    }

    /// Zero once it is passed.
    package func millisecondsLeft(at now: Timestamp) -> Int {
        isPassed(at: now) ? 0 : Int(end.milliseconds - now.milliseconds)
    }

    /// A clock that is kept right is set back by less, in seconds.
    private static let slack = 5
}
