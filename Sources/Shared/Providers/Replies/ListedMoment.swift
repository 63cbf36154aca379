import Timestamps

/// A moment in a provider's list, which has no agreed form and seldom a time zone.
package struct ListedMoment: Equatable, Sendable {
    /// Read as UTC if the provider names no zone.
    package let moment: Timestamp
    /// Whether the provider names the zone, or counts from 1970 in UTC.
    package let isZoned: Bool

    /// How many hours a clock without a zone may differ from UTC: zones reach from −12 to +14.
    private static let unknownZone: Int64 = 14
    /// How many hours the provider's clock may be wrong, or the provider may have waited.
    private static let slack: Int64 = 1

    /// Reads seconds or milliseconds since 1970, or a date with a time: in the order of ISO 8601,
    /// or day first with points. With slashes a day first is not read, because others write the
    /// month first. Nil if it is none of these.
    init?(_ text: String) {
        let text = text.trimmingSpaces
        if let count = Int64(text), count > 0 {
            // Ten digits are seconds from 2001 to 2286; thirteen are milliseconds of the same time.
            guard [10, 13].contains(text.utf8.count) else { return nil }
            moment = Timestamp(milliseconds: text.utf8.count == 10 ? count * 1_000 : count)
            isZoned = true
            return
        }
        guard let written = Written(text),
            let local = Timestamp(parsing: "\(written.day)T\(written.minute)\(written.second)Z")
        else { return nil }
        moment = local.adding(seconds: -60 * (written.minutesEast ?? 0))
        isZoned = written.minutesEast != nil
    }

    /// Whether an order that was sent between `start` and `end` may have been placed at this
    /// moment.
    package func canBe(between start: Timestamp, and end: Timestamp) -> Bool {
        !isBefore(start) && moment.milliseconds <= end.milliseconds + uncertainty
    }

    /// Whether this moment is certainly too early for an order that was sent at `start` or later.
    package func isBefore(_ start: Timestamp) -> Bool { latest < start }

    /// The latest moment that this may stand for.
    package var latest: Timestamp {
        Timestamp(milliseconds: moment.milliseconds + uncertainty)
    }

    /// In milliseconds.
    private var uncertainty: Int64 {
        (isZoned ? Self.slack : Self.unknownZone) * 3_600_000
    }
}

/// A date with a time, in its parts.
private struct Written {
    /// `2026-11-23`, `10:00` and `:00`.
    let day, minute, second: String
    /// Of the zone; nil if none is named.
    let minutesEast: Int?

    init?(_ text: String) {
        let rest: Substring
        if let match = text.prefixMatch(
            of: /([0-9]{4})[-\/.]([0-9]{2})[-\/.]([0-9]{2})(?:T| +)([0-9]{2}:[0-9]{2})(:[0-9]{2})?/)
        {
            day = "\(match.1)-\(match.2)-\(match.3)"
            (minute, second) = (String(match.4), String(match.5 ?? ":00"))
            rest = text[match.range.upperBound...]
        } else if let match = text.prefixMatch(
            of: /([0-9]{2})\.([0-9]{2})\.([0-9]{4}),? +([0-9]{2}:[0-9]{2})(:[0-9]{2})?/)
        {
            day = "\(match.3)-\(match.2)-\(match.1)"
            (minute, second) = (String(match.4), String(match.5 ?? ":00"))
            rest = text[match.range.upperBound...]
        } else {
            return nil
        }
        // Parts of a second, and the zone.
        guard
            let end = rest.wholeMatch(
                of: /(?:\.[0-9]+)? *(?:(Z|UTC|GMT)|([+-])([0-9]{2}):?([0-9]{2}))?/)
        else { return nil }
        if let sign = end.2, let hours = end.3.flatMap({ Int($0) }),
            let minutes = end.4.flatMap({ Int($0) })
        {
            minutesEast = (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
        } else {
            minutesEast = end.1 == nil ? nil : 0
        }
    }
}
