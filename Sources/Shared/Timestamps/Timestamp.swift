/// A moment, in milliseconds since 1970-01-01T00:00:00Z without leap seconds.
///
/// The ledger stores the number; people and files see ISO 8601 UTC to the second (contract.md §4).
package struct Timestamp: Hashable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The day, for example `2026-11-23`.
    package var day: String { civilDate.description }

    private var civilDate: CivilDate {
        CivilDate(daysSince1970: milliseconds.flooredQuotient(by: Self.millisecondsPerDay))
    }

    static let millisecondsPerDay: Int64 = 86_400_000
}

extension Timestamp: Comparable {
    package static func < (earlier: Timestamp, later: Timestamp) -> Bool {
        earlier.milliseconds < later.milliseconds
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 UTC without fractions of a second: `2026-11-23T10:00:00Z`.
    package var description: String {
        let remainder = milliseconds % Self.millisecondsPerDay
        let second = (remainder < 0 ? remainder + Self.millisecondsPerDay : remainder) / 1000
        let (hour, minute) = (second / 3600, second / 60 % 60)
        return
            "\(day)T\(padded(hour, to: 2)):\(padded(minute, to: 2)):\(padded(second % 60, to: 2))Z"
    }
}

extension Timestamp {
    /// Reads a moment in exactly the form `2026-11-23T10:00:00Z`; nil for any other text.
    ///
    /// Leap seconds (`:60`) are refused: our milliseconds do not count them.
    package init?(parsing text: some StringProtocol) {
        var fields = FieldReader(text)
        guard let date = CivilDate(&fields), fields.skip("T"),
            let hour = fields.digits(2), hour < 24, fields.skip(":"),
            let minute = fields.digits(2), minute < 60, fields.skip(":"),
            let second = fields.digits(2), second < 60, fields.skip("Z"), fields.isAtEnd
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        self.init(milliseconds: seconds * 1000)
    }

    /// Reads a day in exactly the form `2026-11-23`, as its first moment; nil for any other text.
    package init?(startOfDay text: some StringProtocol) {
        var fields = FieldReader(text)
        guard let date = CivilDate(&fields), fields.isAtEnd else { return nil }
        self.init(milliseconds: date.daysSince1970 * Self.millisecondsPerDay)
    }
}

extension Timestamp {
    /// The moment that many seconds later.
    package func adding(seconds: Int) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int64(seconds) * 1_000)
    }
}

extension Timestamp {
    /// Whether more than that many seconds have passed since this moment.
    ///
    /// A moment far ahead of `now` comes from a clock that was wrong. Nobody knows how long ago it
    /// was, so it counts as long ago; waiting for it could take for ever.
    package func isOlder(than seconds: Int, at now: Timestamp) -> Bool {
        now > adding(seconds: seconds) || self > now.adding(seconds: Self.clockSlack)
    }

    /// How much the clocks of two runs may differ, in seconds.
    private static let clockSlack = 3_600
}
