/// The moment after which a run starts nothing new.
///
/// A clock set back to before the run began ends it too. Otherwise the run would go on, and hold
/// its lock, until the clock had caught up.
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

    /// Zero after the deadline.
    package func millisecondsLeft(at now: Timestamp) -> Int {
        isPassed(at: now) ? 0 : Int(end.milliseconds - now.milliseconds)
    }

    /// In seconds: a clock that is kept in time is set back by less.
    private static let slack = 5
}
