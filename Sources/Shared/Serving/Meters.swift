import Networks
import Synchronization

/// Counts the calls a second of each key and of each address without one.
///
/// A meter holds one number: when its next call would be on time. A call may come early by as much
/// as one second's calls take, so that a second's calls may come at once (GCRA).
package final class Meters: Sendable {
    /// Whose calls are counted together.
    package enum Subject: Hashable, Sendable {
        case key(String)
        case address(NetworkAddress)
    }

    /// Nanoseconds of the server's clock.
    private let dues = Mutex<[Subject: UInt64]>([:])
    /// Above this many, meters that would admit everything are forgotten.
    private static let many = 4_096
    private static let second: UInt64 = 1_000_000_000

    package init() {}

    /// Counts a call at `now`, in nanoseconds.
    ///
    /// - Throws: `tooManyCallsASecond` with the seconds to wait, rounded up. Such a call does not
    ///   count.
    package func count(
        _ subject: Subject, callsPerSecond: Int, at now: UInt64
    ) throws(ServingRefusal) {
        let interval = Self.second / UInt64(max(1, callsPerSecond))
        let wait = dues.withLock { dues -> UInt64 in
            if dues.count > Self.many { dues = dues.filter { $0.value > now } }
            let due = max(dues[subject] ?? 0, now) + interval
            guard due <= now + Self.second else { return due - now - Self.second }
            dues[subject] = due
            return 0
        }
        guard wait == 0 else {
            throw .tooManyCallsASecond(retryAfter: Int((wait + Self.second - 1) / Self.second))
        }
    }
}
