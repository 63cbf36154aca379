import Failures
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// An HTTP/1.1 server for hostile networks.
///
/// Hummingbird accepts connections and stops; each connection is an `HTTPConnection`, which keeps
/// the limits that Hummingbird has none for: a body dripped for ever, a reader that stops, a body
/// that goes on after its refusal, `100 Continue`.
///
/// It knows no business. The program brings a table of routes, and words for what is refused.
package final class HTTPServer: Sendable {
    /// Makes the answer to an error: a `ServingRefusal`, or what the program's own code threw. The
    /// call is nil if its head could not be read, or matched no route.
    package typealias Explain = @Sendable (any Error, HTTPCall?) -> HTTPAnswer

    package let host: String
    /// The port bound.
    package let port: Int
    private let shared: SharedState
    private let server: Server<ConnectionSetup>
    private let serving: Task<Void, any Error>

    private init(
        host: String, port: Int, shared: SharedState, server: Server<ConnectionSetup>,
        serving: Task<Void, any Error>
    ) {
        self.host = host
        self.port = port
        self.shared = shared
        self.server = server
        self.serving = serving
    }

    /// Starts a server, and returns when it listens.
    ///
    /// The host is a name or an address of this machine; port 0 takes a free one. `report` is told
    /// of each call when it is over, and must be quick. The logger gets a line a call, at `notice`,
    /// without query, key or body.
    ///
    /// - Throws: `CannotListen`, `CertificateUnusable`.
    package static func start(
        host: String, port: Int, policy: ServingPolicy = ServingPolicy(), routes: RouteTable,
        explain: @escaping Explain = { error, _ in plainAnswer(to: error) },
        report: @escaping @Sendable (CallReport) -> Void = { _ in }, logger: Logger
    ) async throws -> HTTPServer {
        let shared = try SharedState(
            routes: routes, policy: policy, explain: explain, report: report, logger: logger)
        Descriptors.makeRoom(for: policy.limits.connections, logger)
        var quiet = logger
        quiet.logLevel = .error
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let setup = ConnectionSetup(shared: shared)
        _ = setup.makeParser()
        let server = Server(
            childChannelSetup: setup,
            configuration: ServerConfiguration(
                address: .hostname(host, port: port), backlog: 1_024),
            onServerRunning: { channel in listening.yield(channel.localAddress?.port ?? port) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        let serving = Task {
            do {
                try await server.run()
                listening.finish()
            } catch {
                let failure = CannotListen(host: host, port: port, reason: "\(error)")
                listening.finish(throwing: failure)
                throw failure
            }
        }
        for try await bound in ports {
            return HTTPServer(
                host: host, port: bound, shared: shared, server: server, serving: serving)
        }
        throw CancellationError()
    }

    /// Takes new limits, trusted proxies and a new certificate, for calls and connections to come.
    ///
    /// - Throws: `CertificateUnusable`; then all is as before.
    package func replace(_ policy: ServingPolicy) throws {
        try shared.replace(policy)
    }

    /// Returns when the server has ended.
    package func wait() async throws {
        try await serving.value
    }

    /// Stops accepting, lets the calls in progress end, at most for `stopTime`, and returns when no
    /// connection is left.
    package func stop() async {
        let late = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
            in: .init(shared.limits.stopTime)
        ) { [serving] in serving.cancel() }
        try? await server.shutdownGracefully()
        _ = await serving.result
        late.cancel()
    }

    /// A refusal in its own words; 500 for everything else.
    package static func plainAnswer(to error: any Error) -> HTTPAnswer {
        guard let refusal = error as? ServingRefusal else {
            return HTTPAnswer(
                .internalServerError, type: "text/plain; charset=utf-8",
                "Something unexpected happened. Send the request again later.\n")
        }
        return refusal.answer
    }
}

/// A server could not listen on its address.
package struct CannotListen: StageFailure, CustomStringConvertible {
    let host: String
    let port: Int
    let reason: String

    package var exitStatus: ExitStatus { .ioFailed }

    package var description: String {
        """
        cannot listen on \(host):\(port): another program does, or it is no address of this \
        machine, or only root may (\(reason)). Nothing was started; give another address, or \
        port 0 for a free one.
        """
    }
}
