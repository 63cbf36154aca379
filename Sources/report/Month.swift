import Timestamps

/// A month of the calendar, UTC.
struct Month: Hashable {
    let start: Timestamp

    init(of moment: Timestamp) {
        guard let first = Timestamp(startOfDay: "\(moment.day.prefix(7))-01") else {
            preconditionFailure("every month has a first day")
        }
        start = first
    }

    /// For example `2026-11`.
    var name: Substring { start.day.prefix(7) }

    var previous: Month {
        Month(of: start.adding(seconds: -1))
    }

    var period: Range<Timestamp> {
        // 32 days on from the first is always in the next month.
        let next = Month(of: start.adding(seconds: 32 * 86_400))
        return start..<next.start
    }
}
