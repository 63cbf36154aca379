import CCurl
import Glibc

/// Sends many calls at once from one thread, over libcurl's multi interface.
///
/// The caller decides whom to call and how many calls each provider gets at a time; connections are
/// kept and used again. A loop that starts a call for each that `wait` returns keeps the wire full:
///
///     while let next = …, transport.inFlight < cap { try transport.start(next, tag: …) }
///     for finished in try transport.wait(milliseconds: 1_000) { … }
///
/// No call is ever sent twice: see `Transfer`.
package final class Transport {
    /// The most calls that may be under way at once.
    package let capacity: Int

    private let multi: UnsafeMutableRawPointer
    /// The transfers under way, by their libcurl handle.
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idle: [Transfer] = []

    /// Process-wide, and before any other use of libcurl.
    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    package init(capacity: Int) throws(TransportError) {
        precondition(capacity > 0)
        guard Self.libraryIsReady, let multi = curl_multi_init() else {
            throw TransportError(text: "it did not start")
        }
        self.capacity = capacity
        self.multi = multi
        // As many connections as calls: fewer would make calls queue while their time-outs run,
        // more would only be connections nobody uses.
        try check(ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, capacity))
        try check(ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, capacity))
    }

    deinit {
        for transfer in running.values { curl_multi_remove_handle(multi, transfer.easy) }
        curl_multi_cleanup(multi)
    }

    /// How many calls have been started and not been returned by `wait`.
    package var inFlight: Int { running.count }

    /// Puts a call on its way. The first byte leaves in `wait`, which must be called before long.
    ///
    /// To start more calls than `capacity` at once is a bug.
    package func start(_ call: Call, tag: Int) throws(TransportError) {
        precondition(inFlight < capacity, "the caller keeps count")
        let transfer = if let used = idle.popLast() { used } else { try Transfer() }
        try transfer.prepare(call, tag: tag)
        try check(curl_multi_add_handle(multi, transfer.easy))
        running[transfer.easy] = transfer
    }

    /// Moves every call on, until at least one has ended or the time is over. With none under way it
    /// just waits.
    package func wait(milliseconds: Int) throws(TransportError) -> [Finished] {
        let deadline = Self.milliseconds() + milliseconds
        while true {
            var stillRunning: Int32 = 0
            try check(curl_multi_perform(multi, &stillRunning))
            let finished = try takeFinished()
            let left = deadline - Self.milliseconds()
            if !finished.isEmpty || left <= 0 { return finished }
            try check(curl_multi_poll(multi, nil, 0, Int32(clamping: left), nil))
        }
    }

    private func takeFinished() throws(TransportError) -> [Finished] {
        var finished: [Finished] = []
        var queued: Int32 = 0
        while let message = curl_multi_info_read(multi, &queued) {
            // Copied first: the message is gone once its handle is removed.
            let easy = message.pointee.easy_handle
            let code = message.pointee.data.result
            guard let easy, let transfer = running.removeValue(forKey: easy) else { continue }
            finished.append(transfer.finished(code))
            try check(curl_multi_remove_handle(multi, easy))
            idle.append(transfer)
        }
        return finished
    }

    private func check(_ code: CURLMcode) throws(TransportError) {
        guard code == CURLM_OK else {
            throw TransportError(text: String(cString: curl_multi_strerror(code)))
        }
    }

    /// A clock that nobody sets.
    private static func milliseconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
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
