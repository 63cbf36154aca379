import CCurl
import Version

/// One libcurl handle with the call it carries; used for one call after another.
///
/// If a used connection dies without a reply, libcurl silently sends a POST again: an order would
/// be bought twice. But before each sending it calls `CURLOPT_PREREQFUNCTION`, which refuses once a
/// byte has left; the transfer then ends as `CURLE_ABORTED_BY_CALLBACK`. The same callback checks
/// whether a used connection is still open. If it is not, nothing was sent, and `Wire` sends the
/// call on a new one.
final class Transfer {
    let easy: UnsafeMutableRawPointer

    private var tag = 0
    private var call: Call?
    private(set) var route = ConnectionUse.fresh
    /// Why our callback refused to send.
    private var refusal: Refusal?
    /// Whether its connection had carried a call before.
    private var isReused = false
    private var sawSilentClose = false
    /// The server's address, if this call shows what the server does with connections.
    var address: String? { call.flatMap { $0.connections == .learned ? $0.url : nil } }
    private let pool: PooledSockets
    private var reply: [UInt8] = []
    private var replyLimit = 0

    private enum Refusal {
        /// The connection had been closed; nothing was sent.
        case connectionClosed
        /// The call was sent once.
        case sentBefore
    }

    // The handle's settings, which stay as long as the next call wants the same.
    private var url = ""
    private var contentType = ""
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// How many seconds an idle connection is trusted: less than the 5 after which Apache, the
    /// fastest of the usual servers, closes it.
    static let idleConnectionSeconds = 3

    /// Seconds. A provider that asks us to stay away longer is asked again tomorrow.
    private static let longestRetryAfter = 86_400

    /// - Parameter pool: the connections that the calls of its thread left open.
    /// - Throws: `TransportError` if libcurl does not work.
    init(in pool: PooledSockets) throws(TransportError) {
        self.pool = pool
        guard let easy = curl_easy_init() else {
            throw TransportError(text: "no memory for a transfer")
        }
        self.easy = easy
        try set(CURLOPT_NOSIGNAL, 1)
        // The settings have decided whether plain http is allowed.
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_USERAGENT, ProgramVersion.userAgent)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_MAXAGE_CONN, Self.idleConnectionSeconds)
        // The environment of a cron job must not decide where orders go.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_POST, 1)

        // The callbacks' context is this object, which outlives its handle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(ccurl_set_pointer(easy, CURLOPT_PREREQDATA, context))
        try check(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try check(
            ccurl_set_prereq(easy) { context, _, _, _, port in
                Transfer.of(context).maySend(fromPort: Int(port))
                    ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
        try check(
            ccurl_set_write(easy) { bytes, size, count, context in
                Transfer.of(context).takeReply(
                    UnsafeRawBufferPointer(
                        start: bytes, count: size * count))
            })
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
    }

    /// Prepares the handle for the next call.
    func prepare(_ call: Call, tag: Int, on route: ConnectionUse) throws(TransportError) {
        self.tag = tag
        self.call = call
        sawSilentClose = false
        replyLimit = call.replyLimit
        if call.contentType != contentType { try setHeaders(call.contentType) }
        if call.url != url {
            try set(CURLOPT_URL, call.url)
            url = call.url
        }
        try set(CURLOPT_CONNECTTIMEOUT, call.connectTimeout)
        try set(CURLOPT_TIMEOUT, call.totalTimeout)
        try check(ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, call.body.count))
        // libcurl keeps a copy, so that head and body leave in one packet.
        let code = call.body.withUnsafeBytes {
            ccurl_set_pointer(
                easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
        }
        try check(code)
        try take(route)
    }

    /// Prepares the handle for the same call on another connection, because nothing was sent.
    func take(_ route: ConnectionUse) throws(TransportError) {
        self.route = route
        if route.sawSilentClose { sawSilentClose = true }
        refusal = nil
        isReused = false
        reply = []
        try set(CURLOPT_FRESH_CONNECT, route.isFresh ? 1 : 0)
        try set(CURLOPT_FORBID_REUSE, route.isKept ? 0 : 1)
    }

    /// What the end of the call, for which libcurl says `code`, shows of its connection.
    func end(_ code: CURLcode) -> CallEnd {
        let isNew = long(CURLINFO_NUM_CONNECTS) > 0
        switch (code, refusal) {
        case (CURLE_OK, _):
            return .answered(isReused: isReused && !isNew, socket: leftOpen())
        case (_, let refusal?):
            // The connection on which it was not sent may stay open as well.
            _ = leftOpen()
            return refusal == .connectionClosed ? .foundClosed : .diedUnanswered
        case (CURLE_GOT_NOTHING, nil), (CURLE_SEND_ERROR, nil), (CURLE_RECV_ERROR, nil):
            return isReused && !isNew && reply.isEmpty ? .diedUnanswered : .other
        default: return .other
        }
    }

    /// The connection, if libcurl keeps it for another call.
    private func leftOpen() -> PooledSocket? {
        var descriptor: curl_socket_t = -1
        ccurl_get_socket(easy, CURLINFO_ACTIVESOCKET, &descriptor)
        guard descriptor >= 0 else { return nil }
        let socket = PooledSocket(descriptor: descriptor, port: long(CURLINFO_LOCAL_PORT))
        pool.keep(socket)
        return socket
    }

    /// Notes that the call showed how the server closes connections.
    func noteSilentClose() {
        sawSilentClose = true
    }

    /// How the call ended, for which libcurl says `code`.
    func finished(_ code: CURLcode) -> Finished {
        // A reply may be large, and an idle handle must not keep it.
        defer { (reply, call) = ([], nil) }
        guard code == CURLE_OK else {
            let failure = TransferFailure(sent: mayHaveBeenSent, text: text(of: code))
            return Finished(tag: tag, ending: .failed(failure), sawSilentClose: sawSilentClose)
        }
        let seconds = size(CURLINFO_RETRY_AFTER)
        let reply = Reply(
            status: long(CURLINFO_RESPONSE_CODE), body: reply,
            retryAfter: seconds > 0 ? min(seconds, Self.longestRetryAfter) : nil)
        return Finished(tag: tag, ending: .replied(reply), sawSilentClose: sawSilentClose)
    }

    /// libcurl counts the size of a request while it writes to an established connection. So it is
    /// zero after a failed look-up, connection or handshake, and after a time-out in any of them.
    private var mayHaveBeenSent: Bool { long(CURLINFO_REQUEST_SIZE) > 0 }

    private func text(of code: CURLcode) -> String {
        // Only our own callback fails a write, and only for this reason.
        if code == CURLE_WRITE_ERROR { return "the reply is longer than \(replyLimit) bytes" }
        if refusal == .sentBefore {
            return "the connection had been used before, and ended before any byte of a reply"
        }
        return "no whole reply: \(CurlWords.text(of: code))"
    }
}

// MARK: - Callbacks

extension Transfer {
    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("libcurl lost the context that it was given") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Whether libcurl may send the call now, on the connection with this port at our end.
    private func maySend(fromPort port: Int) -> Bool {
        guard call?.connections != .any else { return true }
        if mayHaveBeenSent {
            refusal = .sentBefore
            return false
        }
        guard !route.isFresh, let pooled = pool.at(port: port) else {
            isReused = false
            return true
        }
        switch pooled.look() {
        case .gone: isReused = false
        case .quiet: isReused = true
        case .closed:
            refusal = .connectionClosed
            return false
        }
        return true
    }

    /// Taking less than was offered ends the transfer.
    private func takeReply(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard reply.count + bytes.count <= replyLimit else { return 0 }
        reply.append(contentsOf: bytes)
        return bytes.count
    }
}

// MARK: - Options

extension Transfer {
    private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        try check(ccurl_set_text(easy, option, value))
    }

    private func setHeaders(_ contentType: String) throws(TransportError) {
        curl_slist_free_all(headers)
        headers = nil
        for line in ["Content-Type: \(contentType)", "Accept: application/json", "Expect:"] {
            headers = curl_slist_append(headers, line)
        }
        try check(ccurl_set_list(easy, CURLOPT_HTTPHEADER, headers))
        self.contentType = contentType
    }

    private func check(_ code: CURLcode) throws(TransportError) {
        guard code == CURLE_OK else {
            throw TransportError(text: CurlWords.text(of: code))
        }
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        ccurl_get_long(easy, info, &value)
        return value
    }

    private func size(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        ccurl_get_size(easy, info, &value)
        return Int(value)
    }
}
