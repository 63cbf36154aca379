import HTTPTypes
import NIOCore

/// One call of a connection, from its head to the end of its answer. It lives on the connection's
/// event loop.
final class Exchange {
    let id = Exchange.newID()
    let begun = NIODeadline.now()
    var method = "-"
    var isHead = false
    /// Whether the client speaks HTTP/1.0.
    var isOld = false
    /// Whether the connection may go on after the answer.
    var keepsAlive = false
    /// Whether the client waits for `100 Continue` before it sends its body.
    var waitsToSend = false
    var isChunked = false
    var call: HTTPCall?
    var route: Route?
    var admission: Admission?
    /// Whom it is from, if its answer says so.
    var holder: String?
    /// Whether the census counts it as in progress.
    var isCounted = false
    /// Whether the program's code works for it.
    var isAtWork = false

    var isBodyWhole = false
    var collected: [UInt8] = []
    var pieces: BodyPieces.Source.Source?
    /// What ended a streamed body before its end.
    var failure: ServingRefusal?
    /// The body's bytes so far; `raw` counts the marks of chunks too.
    var received = 0
    var raw = 0
    /// Both move on while the program does not read, so that a slow disk is not the client's fault.
    var bodyBegun = NIODeadline.now()
    var lastPiece = NIODeadline.now()

    var status = 0
    var sent = 0
    /// How long the answer's body is to be, in bytes, if that was said.
    var announced: Int?

    private static func newID() -> String {
        let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// When the body is late, and for which limit.
    func lateness(_ limits: ServingLimits) -> (at: NIODeadline, ServingRefusal.Slowness) {
        var latest = (at: lastPiece + TimeAmount(limits.bodyPause), ServingRefusal.Slowness.pause)
        let time = bodyBegun + TimeAmount(limits.bodyTime)
        if time < latest.at { latest = (time, .time) }
        if limits.bodyBytesPerSecond > 0 {
            let covered = TimeAmount.nanoseconds(
                Int64(received) * 1_000_000_000 / Int64(limits.bodyBytesPerSecond))
            let rate = bodyBegun + max(TimeAmount(limits.bodyPause), covered)
            if rate < latest.at { latest = (rate, .rate) }
        }
        return latest
    }
}
