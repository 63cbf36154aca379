import CCurl
import Failures
import Glibc
import Synchronization

/// The thread that moves bytes. It alone touches libcurl's handles, so that calls go on while the
/// stage that started them writes to the disk.
///
/// Calls are handed over and collected in bulk, through one `Exchange` behind a mutex. The thread
/// begins with the first calls, and ends with `stop`.
///
/// Unchecked, because libcurl's pointer is shared. Of its functions, only `curl_multi_wakeup` is
/// called from outside the thread, which libcurl allows.
final class Wire: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer
    private let exchange = Mutex(Exchange())
    /// Wakes the thread that waits for a call to end.
    private let bell: Bell
    private var thread: pthread_t?

    // Only the thread uses what follows.
    /// The transfers under way, by their libcurl handle.
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idle: [Transfer] = []
    /// What is known of each address; and the connections that were left open.
    private var reuse: [String: Reuse] = [:]
    private let pool = PooledSockets()
    private let capacity: Int

    /// What the two threads hand each other.
    private struct Exchange {
        var calls: [(call: Call, tag: Int)] = []
        var finished: [Finished] = []
        /// Whether the other thread sleeps until a call has finished.
        var isAwaited = false
        /// Why the thread gave up.
        var failure: TransportError?
        var isOver = false
    }

    /// Once for the process, and before any other use of libcurl.
    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// How long the thread waits for bytes before it looks for new calls, in milliseconds.
    private static let patience: Int32 = 1_000

    init(capacity: Int) throws(TransportError) {
        guard Self.libraryIsReady, let multi = curl_multi_init() else {
            throw TransportError(text: "it did not start")
        }
        self.multi = multi
        self.capacity = capacity
        bell = try Bell()
        try boundConnections()
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// As many connections as calls, and for each address one more that is not used (`Reuse`).
    /// Fewer would make calls queue while their time-outs run; more would never be used.
    private func boundConnections() throws(TransportError) {
        try check(ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, capacity + reuse.count))
        try check(ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, capacity + 1))
    }
}

// MARK: - From outside

extension Wire {
    /// Puts calls on their way.
    ///
    /// - Throws: why the thread gave up.
    func send(_ calls: [(call: Call, tag: Int)]) throws(TransportError) {
        let failure = exchange.withLock { exchange in
            if exchange.failure == nil { exchange.calls += calls }
            return exchange.failure
        }
        if let failure { throw failure }
        if thread == nil { try begin() } else { curl_multi_wakeup(multi) }
    }

    /// Waits until a call has ended or the time is over.
    ///
    /// - Returns: the calls that have ended since the last time, at most `limit`.
    /// - Throws: why the thread gave up; the calls under way are lost.
    func receive(milliseconds: Int, limit: Int) throws(TransportError) -> [Finished] {
        let deadline = Self.milliseconds() + milliseconds
        while true {
            let (finished, failure) = exchange.withLock { exchange in
                exchange.isAwaited = exchange.finished.isEmpty
                let finished = exchange.finished.prefix(limit)
                exchange.finished.removeFirst(finished.count)
                return (Array(finished), exchange.failure)
            }
            if finished.isEmpty, let failure { throw failure }
            let left = deadline - Self.milliseconds()
            if !finished.isEmpty || left <= 0 { return finished }
            bell.wait(milliseconds: left)
        }
    }

    /// Ends the thread, and breaks off what is under way.
    func stop() {
        guard let thread else { return }
        exchange.withLock { $0.isOver = true }
        curl_multi_wakeup(multi)
        pthread_join(thread, nil)
        self.thread = nil
    }

    private func begin() throws(TransportError) {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { wire in
                guard let wire else { return nil }
                Unmanaged<Wire>.fromOpaque(wire).takeRetainedValue().work()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            let error = TransportError(
                text: "no thread: \(SystemWords(code).cause)")
            exchange.withLock {
                $0.calls = []
                $0.failure = error
            }
            throw error
        }
        self.thread = thread
    }
}

// MARK: - The thread

extension Wire {
    private func work() {
        do throws(TransportError) {
            while try startCalls() {
                var stillRunning: Int32 = 0
                try check(curl_multi_perform(multi, &stillRunning))
                try deliverFinished()
                try check(curl_multi_poll(multi, nil, 0, Self.patience, nil))
            }
        } catch {
            exchange.withLock { $0.failure = error }
            bell.ring()
        }
        for easy in running.keys { curl_multi_remove_handle(multi, easy) }
        running = [:]
        idle = []
    }

    /// Starts the calls that were handed over; false once nobody waits for them any more.
    private func startCalls() throws(TransportError) -> Bool {
        let calls: [(call: Call, tag: Int)]? = exchange.withLock { exchange in
            guard !exchange.isOver else { return nil }
            defer { exchange.calls = [] }
            return exchange.calls
        }
        guard let calls else { return false }
        for (call, tag) in calls {
            let transfer = if let used = idle.popLast() { used } else { try Transfer(in: pool) }
            try transfer.prepare(call, tag: tag, on: route(for: call))
            try start(transfer)
        }
        return true
    }

    private func start(_ transfer: Transfer) throws(TransportError) {
        try check(curl_multi_add_handle(multi, transfer.easy))
        running[transfer.easy] = transfer
    }

    /// Which connection may carry a call.
    private func route(for call: Call) throws(TransportError) -> ConnectionUse {
        switch call.connections {
        case .any, .used: return .used
        case .fresh: return .fresh
        case .learned:
            if reuse[call.url] == nil {
                reuse[call.url] = Reuse()
                try boundConnections()
            }
            return reuse[call.url, default: Reuse()].route(at: Self.milliseconds())
        }
    }

    private func deliverFinished() throws(TransportError) {
        var finished: [Finished] = []
        var unsent: [Transfer] = []
        var failure = CURLM_OK
        var queued: Int32 = 0
        while let message = curl_multi_info_read(multi, &queued) {
            // Copied first: the message is gone once its handle is removed.
            let easy = message.pointee.easy_handle
            let code = message.pointee.data.result
            guard let easy, let transfer = running.removeValue(forKey: easy) else { continue }
            if isUnsent(transfer, code) {
                unsent.append(transfer)
            } else {
                finished.append(transfer.finished(code))
                idle.append(transfer)
            }
            let removal = curl_multi_remove_handle(multi, easy)
            if removal != CURLM_OK { failure = removal }
        }
        // What has ended is delivered, even if the rest fails.
        deliver(finished)
        try check(failure)
        for transfer in unsent {
            try transfer.take(.fresh)
            try start(transfer)
        }
    }

    /// Notes what the end of a call shows of the server.
    ///
    /// - Returns: whether nothing was sent, because its connection was found closed. Then the call
    ///   is sent on another.
    private func isUnsent(_ transfer: Transfer, _ code: CURLcode) -> Bool {
        let end = transfer.end(code)
        if let url = transfer.address,
            reuse[url]?.note(end, on: transfer.route, at: Self.milliseconds()) == true
        {
            transfer.noteSilentClose()
        }
        if case .foundClosed = end { return true }
        return false
    }

    private func deliver(_ finished: [Finished]) {
        guard !finished.isEmpty else { return }
        let isAwaited = exchange.withLock { exchange in
            exchange.finished += finished
            defer { exchange.isAwaited = false }
            return exchange.isAwaited
        }
        if isAwaited { bell.ring() }
    }

    private func check(_ code: CURLMcode) throws(TransportError) {
        guard code == CURLM_OK else {
            throw TransportError(
                text: "it failed (\(String(cString: curl_multi_strerror(code))))")
        }
    }

    /// By a clock that nobody can set.
    private static func milliseconds() -> Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
    }
}
