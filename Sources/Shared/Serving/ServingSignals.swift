import UnixSignals

/// The signals that a server listens to: SIGTERM and SIGINT stop it, SIGHUP has its program read
/// the settings again.
///
/// Make one before a server listens, so that no signal ends the process half-way.
package struct ServingSignals: Sendable {
    private let signals: UnixSignalsSequence

    package init() async {
        signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    }

    /// Serves until a signal says to stop or `end` returns, then stops all servers, and returns
    /// when their calls are answered. `onHangup` runs at each SIGHUP, one after another.
    ///
    /// - Throws: What ended a server by itself.
    package func serve(
        _ servers: [HTTPServer], onHangup: @escaping @Sendable () async -> Void,
        until end: (@Sendable () async -> Void)? = nil
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [signals] in
                for await signal in signals {
                    guard signal == .sighup else { return }
                    await onHangup()
                }
            }
            if let end { group.addTask { await end() } }
            for server in servers {
                group.addTask { try await server.wait() }
            }
            let first = await group.nextResult()
            await withDiscardingTaskGroup { stops in
                for server in servers {
                    stops.addTask { await server.stop() }
                }
            }
            group.cancelAll()
            if case .failure(let error) = first { throw error }
        }
    }
}
