import Hummingbird
import Logging
import Money
import NIOCore

/// The options of one sandbox.
package struct SandboxOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes a free one.
    package var port = 0
    package var key: String
    /// How much faster than the wall clock the panel's clock runs; at 0 it moves only by the
    /// control path.
    package var speed: Int64 = 1
    package var balance = Amount(micros: 1_000_000_000)
    package var currency = Currency.usd
    /// The wait before every answer.
    package var latency = Duration.zero
    /// How long the slow answers take.
    package var slow = Duration.seconds(2)
    package var dialect = Dialect()
    /// Order ids and start counts are derived from it.
    package var seed: UInt64 = 1
    /// Whether each request is logged.
    package var verbose = false

    package init(key: String) {
        self.key = key
    }
}

extension Currency {
    /// The currency of the trade, and of the sandbox unless its options name another.
    static let usd = try! Currency(parsing: "USD")
}

/// A sandbox could not listen on its address.
package struct CannotListen: Error, CustomStringConvertible {
    let host: String
    let port: Int
    let reason: String

    package var description: String {
        """
        cannot listen on \(host):\(port): another program does, or it is no address of this \
        machine, or only root may (\(reason)). Nothing was started; give another --host or --port, \
        or --port 0 for a free one.
        """
    }
}

/// A sandbox that listens.
package struct SandboxServer: Sendable {
    package let host: String
    package let port: Int
    package let panel: Panel
    private let serving: Task<Void, any Error>

    /// The provider's address, for a client's configuration.
    package var url: String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/api/v2"
    }

    /// Starts a sandbox, and returns when it listens.
    ///
    /// - Throws: `CannotListen` if the port is taken or the host is not this machine.
    package static func start(_ options: SandboxOptions) async throws -> SandboxServer {
        let panel = Panel(options)
        let (ports, listening) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = buildApplication(options, panel) { port in listening.yield(port) }
        let serving = Task {
            do {
                try await application.run()
                listening.finish()
            } catch {
                listening.finish(
                    throwing: CannotListen(
                        host: options.host, port: options.port, reason: "\(error)"))
                throw error
            }
        }
        for try await port in ports {
            return SandboxServer(
                host: options.host, port: port, panel: panel, serving: serving)
        }
        // A server that ends without an error before it listens was stopped.
        throw CancellationError()
    }

    /// Returns when the sandbox ends: if something goes wrong, or when it is stopped.
    package func wait() async throws {
        try await serving.value
    }

    /// Ends the sandbox and every connection to it.
    package func stop() async {
        serving.cancel()
        _ = await serving.result
    }
}

/// The HTTP application of one sandbox.
private func buildApplication(
    _ options: SandboxOptions, _ panel: Panel, onListening: @escaping @Sendable (Int) -> Void
) -> some ApplicationProtocol {
    var logger = Logger(label: "sandbox", factory: StreamLogHandler.standardError(label:))
    // Broken connections are what the sandbox is for, so they are no errors.
    logger.logLevel = options.verbose ? .info : .critical
    return Application(
        router: buildRouter(options, panel),
        configuration: .init(address: .hostname(options.host, port: options.port)),
        onServerRunning: { channel in onListening(channel.localAddress?.port ?? options.port) },
        logger: logger)
}
