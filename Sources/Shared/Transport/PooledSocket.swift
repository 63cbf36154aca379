import Glibc

/// A connection that is left open for another call: its socket, and the port at our end, by which
/// it is known again. libcurl may close it at any time, and the number may then be another's.
struct PooledSocket {
    let descriptor: Int32
    let port: Int

    enum Look: Equatable {
        /// Open, and nothing has come.
        case quiet
        /// The server ended it, or said something that nobody asked for.
        case closed
        /// It is no more.
        case gone
    }

    /// Looks whether the server has closed it. libcurl looks too, but takes a TLS connection for
    /// alive whose server has said goodbye (measured on 7.88: it then sends the request into the
    /// void).
    func look() -> Look {
        guard localPort == port else { return .gone }
        // The end of a connection can be read as well.
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

    /// The connection at that port, if one was left open there: whether it still is, it says
    /// itself.
    func at(port: Int) -> PooledSocket? {
        byPort[port]
    }
}
