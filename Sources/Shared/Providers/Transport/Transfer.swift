import CCurl

/// One libcurl handle with the call it carries; used for one call after another.
///
/// libcurl sends a POST again, silently, when a connection that was used before dies without a reply:
/// an order would be bought twice. So the body is handed out by a callback, once: a libcurl that
/// wants to begin again must ask `CURLOPT_SEEKFUNCTION` to rewind, is refused, and ends the
/// transfer as `CURLE_SEND_FAIL_REWIND`. Until the first byte of the body is handed out, libcurl may
/// begin again as it likes: everything an order says is in its body.
final class Transfer {
    let easy: UnsafeMutableRawPointer

    private var tag = 0
    private var body: [UInt8] = []
    private var bodyGiven = 0
    private var reply: [UInt8] = []
    private var replyLimit = 0
    // What the handle is set to, as long as the next call wants the same.
    private var url = ""
    private var contentType = ""
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// Seconds an idle connection is trusted: less than the 5 after which Apache, the hastiest of
    /// the usual servers, closes it.
    private static let idleConnectionSeconds = 3

    /// Seconds. Who asks us to stay away longer is asked again tomorrow.
    private static let longestRetryAfter = 86_400

    init() throws(TransportError) {
        guard let easy = curl_easy_init() else {
            throw TransportError(text: "no memory for a transfer")
        }
        self.easy = easy
        try set(CURLOPT_NOSIGNAL, 1)
        // libcurl's own scheme names; whether plain http is allowed, the settings have decided.
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_USERAGENT, "smm-guru/0.1")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_MAXAGE_CONN, Self.idleConnectionSeconds)
        // The environment of a cron job has no say in where orders go.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_POST, 1)

        // The callbacks' context is this object, which outlives its handle.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(ccurl_set_pointer(easy, CURLOPT_READDATA, context))
        try check(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try check(
            ccurl_set_read(easy) { buffer, size, count, context in
                Transfer.of(context).giveBody(
                    to: UnsafeMutableRawBufferPointer(
                        start: buffer, count: size * count))
            })
        try check(
            ccurl_set_write(easy) { bytes, size, count, context in
                Transfer.of(context).takeReply(
                    UnsafeRawBufferPointer(
                        start: bytes, count: size * count))
            })
        try check(ccurl_set_seek(easy) { _, _, _ in CURL_SEEKFUNC_FAIL })
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
    }

    /// Readies the handle for the next call.
    func prepare(_ call: Call, tag: Int) throws(TransportError) {
        self.tag = tag
        body = call.body
        bodyGiven = 0
        reply = []
        replyLimit = call.replyLimit
        if call.contentType != contentType { try setHeaders(call.contentType) }
        if call.url != url {
            try set(CURLOPT_URL, call.url)
            url = call.url
        }
        try set(CURLOPT_CONNECTTIMEOUT, call.connectTimeout)
        try set(CURLOPT_TIMEOUT, call.totalTimeout)
        try check(ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int(body.count)))
    }

    /// How the call ended, of which libcurl says `code`.
    func finished(_ code: CURLcode) -> Finished {
        // A reply may be large, and an idle handle may stay idle.
        defer { reply = [] }
        guard code == CURLE_OK else {
            let failure = TransferFailure(sent: mayHaveBeenSent, text: text(of: code))
            return Finished(tag: tag, ending: .failed(failure))
        }
        let seconds = size(CURLINFO_RETRY_AFTER)
        let reply = Reply(
            status: long(CURLINFO_RESPONSE_CODE), body: reply,
            retryAfter: seconds > 0 ? min(seconds, Self.longestRetryAfter) : nil)
        return Finished(tag: tag, ending: .replied(reply))
    }

    /// The size of a request is counted as it is written to a connection that stands, so it is zero
    /// after a failed look-up, connection or handshake, and after a time-out in any of them.
    private var mayHaveBeenSent: Bool { bodyGiven > 0 || long(CURLINFO_REQUEST_SIZE) > 0 }

    private func text(of code: CURLcode) -> String {
        // The only callback that fails a write is ours, and only for this.
        if code == CURLE_WRITE_ERROR { return "the reply is longer than \(replyLimit) bytes" }
        return
            "no whole reply: \(String(cString: curl_easy_strerror(code))) (curl \(code.rawValue))"
    }
}

// MARK: - Callbacks

extension Transfer {
    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    private func giveBody(to buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = body[bodyGiven...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        bodyGiven += part.count
        return part.count
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
            throw TransportError(text: String(cString: curl_easy_strerror(code)))
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
