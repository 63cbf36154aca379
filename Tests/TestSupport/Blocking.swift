import Glibc
import Synchronization

/// Runs what blocks on a thread of its own, because others need the threads of tasks.
package func blocking<Value: Sendable>(
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

/// Runs a task, and waits for it on a thread that may block.
package func awaited<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
) throws -> Value {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no pipe to be had")
    defer { for end in ends { close(end) } }
    let done = ends[1]
    let outcome = Outcome<Value>()
    Task {
        do {
            outcome.keep(.success(try await work()))
        } catch {
            outcome.keep(.failure(error))
        }
        var byte: UInt8 = 1
        _ = write(done, &byte, 1)
    }
    var byte: UInt8 = 0
    while read(ends[0], &byte, 1) < 0, errno == EINTR {}
    return try outcome.take()
}

/// What became of a task.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func keep(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    func take() throws -> Value {
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("a task that ended has an outcome")
        }
        return try result.get()
    }
}

private final class BlockingWork: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
