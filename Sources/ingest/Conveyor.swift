import Synchronization

/// Carries pieces from one thread to another, in order, and holds only so many on the way.
final class Conveyor<Piece: Sendable>: Sendable {
    private struct State {
        var pieces: [Piece] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let room: Semaphore
    private let filled = Semaphore()

    /// - Parameter capacity: the most pieces on the way.
    init(capacity: Int) {
        room = Semaphore(capacity)
    }

    /// Puts a piece on, once there is room; false if the taker stopped it.
    func put(_ piece: Piece) -> Bool {
        room.wait()
        let isStopped = state.withLock { state in
            if !state.isStopped { state.pieces.append(piece) }
            return state.isStopped
        }
        if !isStopped { filled.signal() }
        return !isStopped
    }

    /// Takes all the pieces that are there, at least one, which it waits for.
    func take() -> [Piece] {
        filled.wait()
        let pieces = state.withLock { state in
            defer { state.pieces = [] }
            return state.pieces
        }
        for _ in pieces.dropFirst() { filled.wait() }
        for _ in pieces { room.signal() }
        return pieces
    }

    /// Nothing is taken any more. The next `put` says so.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.pieces = []
        }
        room.signal()
    }
}
