import Synchronization
import Timestamps

/// Which keys were used and when, until somebody has time to write it down.
///
/// A call that uses a key must neither wait for a commit nor fail with one, so it only leaves a
/// mark here, once an hour.
final class KeyUses: Sendable {
    private let marks = Mutex<[Int64: Timestamp]>([:])

    /// The hour of a moment.
    static func hour(of moment: Timestamp) -> Timestamp {
        let hour: Int64 = 3_600_000
        return Timestamp(milliseconds: moment.milliseconds / hour * hour)
    }

    /// - Parameters:
    ///   - key: the key's id.
    ///   - written: the use that the database knows.
    ///   - now: the moment of the use.
    func note(_ key: Int64, written: Timestamp?, at now: Timestamp) {
        let hour = Self.hour(of: now)
        guard written.map({ $0 < hour }) ?? true else { return }
        marks.withLock { $0[key] = max($0[key] ?? hour, hour) }
    }

    /// Takes the marks away.
    func take() -> [Int64: Timestamp] {
        marks.withLock { marks in
            defer { marks = [:] }
            return marks
        }
    }

    /// Puts back marks that could not be written.
    func putBack(_ taken: [Int64: Timestamp]) {
        marks.withLock { $0.merge(taken) { max($0, $1) } }
    }
}
