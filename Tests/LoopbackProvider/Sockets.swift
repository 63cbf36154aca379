import Glibc

/// A listening socket on a free port of 127.0.0.1. With a small `backlog` and nobody accepting, it
/// is a server that connections to time out.
package func loopbackListener(backlog: Int32) -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopbackAddress(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(listener, $0, length) == 0 && listen(listener, backlog) == 0
                && getsockname(listener, $0, &length) == 0
        }
    }
    precondition(isListening, "no loopback interface to listen on")
    return (listener, address.sin_port.byteSwapped)
}

/// Opens a connection to 127.0.0.1 without waiting for it to stand.
package func loopbackConnection(port: UInt16) -> Int32 {
    let connection = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = loopbackAddress(port: port)
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return connection
}

/// Sends a request to a server on 127.0.0.1 that ends the connection after its reply.
///
/// - Parameters:
///   - request: all of it, with its head.
///   - port: the server's.
///   - patience: for how many seconds nothing may come.
/// - Returns: the reply as far as it came; nil if the server cannot be reached.
package func loopbackExchange(_ request: String, port: UInt16, patience: Int) -> [UInt8]? {
    let connection = loopbackConnection(port: port)
    defer { close(connection) }
    let milliseconds = Int32(patience) * 1_000
    var waiting = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
    poll(&waiting, 1, milliseconds)
    guard send(connection, request, request.utf8.count, 0) == request.utf8.count else { return nil }
    var reply: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    waiting.events = Int16(POLLIN)
    while poll(&waiting, 1, milliseconds) == 1 {
        let count = recv(connection, &chunk, chunk.count, 0)
        if count <= 0 { break }
        reply += chunk[..<count]
    }
    return reply
}

private func loopbackAddress(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.byteSwapped
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
}

/// Cuts a connection off: the other side gets a reset, not an end.
func reset(_ socket: Int32) {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
        socket, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close(socket)
}

/// A thread of its own, so that a server that waits keeps no test from running.
package struct LoopbackThread: Sendable {
    private let thread: pthread_t

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    package init(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(run)).toOpaque())
        precondition(status == 0, "no thread to be had")
        self.thread = thread
    }

    package func join() {
        pthread_join(thread, nil)
    }
}
