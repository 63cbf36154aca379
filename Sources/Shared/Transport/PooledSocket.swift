import Glibc

/// A connection that is left open for another call: its socket, and the port at our end, by which
/// it is recognized. libcurl may close it at any time, and then another connection may get the
/// number of its socket.
struct PooledSocket {
    let descriptor: Int32
    let port: Int

    enum Look: Equatable {
        /// Open, and nothing has come.
        case quiet
        /// The server ended it, or sent something that nobody asked for.
        case closed
        /// It no longer exists.
        case gone
    }

    /// Looks whether the server has closed it. libcurl looks too, but it takes a TLS connection for
    /// alive after the server has said goodbye (measured on 7.88: the request is then lost).
    func look() -> Look {
        guard localPort == port else { return .gone }
        // The end of a connection counts as something to read.
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) == 0 ? .quiet : .closed
    }

    private var localPort: Int? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain -> Int? in
                guard getsockname(descriptor, plain, &length) == 0 else { return nil }
                // The port stands at the same place in addresses of both kinds.
                return plain.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int($0.pointee.sin_port.byteSwapped)
                }
            }
        }
    }
}

/// The connections of one thread that were left open, by the port at our end.
final class PooledSockets {
    private var byPort: [Int: PooledSocket] = [:]

    func keep(_ socket: PooledSocket) {
        byPort[socket.port] = socket
    }

    /// The connection that was left open at that port, if any. Ask it whether it still is.
    func at(port: Int) -> PooledSocket? {
        byPort[port]
    }
}
