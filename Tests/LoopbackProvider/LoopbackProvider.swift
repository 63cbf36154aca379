import Glibc
import Synchronization

/// A provider on the loopback interface that does what a test's script says, and counts what it was
/// sent: the oracle of "never sent twice".
///
/// A request counts from the moment its last byte is read, before the script decides anything.
/// A test that makes one must `stop` it.
package final class LoopbackProvider: Sendable {
    package let port: UInt16

    private let listener: Int32
    private let greet: @Sendable (Int) -> LoopbackGreeting
    private let answer: @Sendable (LoopbackRequest) -> LoopbackAnswer
    private let acceptor = Mutex<LoopbackThread?>(nil)
    private let state = Mutex(State())

    private struct State {
        var requests: [LoopbackRequest] = []
        var open: Set<Int32> = []
        var isStopped = false
    }

    /// Serves at once, on a free port. `greet` is asked with the number of each new connection,
    /// from 1, `answer` with each request.
    package init(
        greet: @escaping @Sendable (Int) -> LoopbackGreeting = { _ in .serve },
        answer: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer
    ) {
        (listener, port) = loopbackListener(backlog: 1_024)
        self.greet = greet
        self.answer = answer
        acceptor.withLock { $0 = LoopbackThread { self.acceptConnections() } }
    }

    package var url: String { "http://127.0.0.1:\(port)/api/v2" }

    /// Every request received so far, in order.
    package var requests: [LoopbackRequest] { state.withLock(\.requests) }

    /// How often an order for `link` was received.
    package func received(link: String) -> Int {
        requests.count { $0.field("link") == link }
    }

    /// Ends every connection and waits for every thread.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
        acceptor.withLock { $0.take()?.join() }
        close(listener)
    }

    private func acceptConnections() {
        var threads: [LoopbackThread] = []
        var number = 0
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            number += 1
            switch greet(number) {
            case .close: close(connection)
            case .reset: reset(connection)
            case .serve:
                let isServed = state.withLock { state in
                    if !state.isStopped { state.open.insert(connection) }
                    return !state.isStopped
                }
                guard isServed else {
                    close(connection)
                    continue
                }
                threads.append(LoopbackThread { [number] in self.serve(connection, number) })
            }
        }
        for thread in threads { thread.join() }
    }

    private func serve(_ socket: Int32, _ number: Int) {
        var connection = LoopbackConnection(socket: socket)
        var count = 0
        var mustReset = false
        while let (head, body) = connection.readRequest() {
            count += 1
            let request = state.withLock { [count] state in
                let request = LoopbackRequest(
                    serial: state.requests.count + 1, connection: number, number: count,
                    head: head, body: body)
                state.requests.append(request)
                return request
            }
            let answer = answer(request)
            mustReset = answer == .reset
            guard connection.give(answer) else { break }
        }
        // Off the list first: once closed, the number may belong to another connection.
        state.withLock { _ = $0.open.remove(socket) }
        if mustReset { reset(socket) } else { close(socket) }
    }
}

/// How a new connection is treated.
package enum LoopbackGreeting: Sendable {
    case serve
    /// Ended in order, or cut off, before anything is read.
    case close, reset
}

/// What the provider does with a request it has read.
package enum LoopbackAnswer: Equatable, Sendable {
    /// Answers after a while and keeps the connection.
    case reply(_ body: String, status: Int = 200, headers: [String] = [], milliseconds: Int = 0)
    /// Answers, and ends the connection a while later without having said so. What comes in between
    /// is never read.
    case replyAndClose(_ body: String, milliseconds: Int)
    /// Ends the connection in order, or cuts it off, without an answer.
    case close, reset
    /// Promises the whole of a body, gives half, ends the connection.
    case half(_ body: String)
    /// Gives a body byte by byte.
    case drip(_ body: String, milliseconds: Int)
    /// Gives a body of so many bytes.
    case huge(bytes: Int)
    /// Keeps the connection and says nothing.
    case never
}
