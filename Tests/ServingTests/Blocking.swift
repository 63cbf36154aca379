import Glibc

/// Runs what blocks on a thread of its own, because the server needs the others.
func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let run = BlockingWork { continuation.resume(with: Result { try work() }) }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<BlockingWork>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(run).toOpaque())
        precondition(status == 0, "no thread to be had")
        pthread_detach(thread)
    }
}

private final class BlockingWork: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
