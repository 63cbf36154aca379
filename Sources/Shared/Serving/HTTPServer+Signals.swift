import UnixSignals

extension HTTPServer {
    /// Serves until SIGTERM or SIGINT, then stops all servers and returns when their calls are
    /// answered. `onHangup` runs at each SIGHUP, one after another.
    ///
    /// - Throws: What ended a server by itself.
    package static func serve(
        _ servers: [HTTPServer], onHangup: @escaping @Sendable () async -> Void
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup { group in
            group.addTask {
                for await signal in signals {
                    guard signal == .sighup else { return }
                    await onHangup()
                }
            }
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
