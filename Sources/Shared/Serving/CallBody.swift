import NIOCore

/// The body of a call. A route has the one that its rule asks for: whole, or in pieces.
package struct CallBody: Sendable {
    /// The whole body where the route collects it; else empty.
    package let bytes: [UInt8]
    /// The body as it comes where the route streams it; else empty. Read it at most once.
    ///
    /// It throws a `ServingRefusal` if the body stays away, is too long or broken. Reading no
    /// further, or answering before the end, ends the connection after the answer.
    package let pieces: BodyPieces

    init(bytes: [UInt8]) {
        self.bytes = bytes
        pieces = BodyPieces(source: nil)
    }

    init(pieces: BodyPieces) {
        bytes = []
        self.pieces = pieces
    }
}

/// A body as it comes. What is not yet read waits in the kernel, not here.
package struct BodyPieces: AsyncSequence, Sendable {
    typealias Source = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark,
        BodyDemand
    >

    let source: Source?

    /// A body that a connection fills. It asks for more when less than two pieces wait, and for no
    /// more when eight do; a piece is what one read brought.
    static func make(
        for connection: NIOLoopBound<HTTPConnection>, on eventLoop: any EventLoop
    ) -> (Source.Source, BodyPieces) {
        let new = Source.makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8),
            finishOnDeinit: true,
            delegate: BodyDemand(connection: connection, eventLoop: eventLoop))
        return (new.source, BodyPieces(source: new.sequence))
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(pieces: source?.makeAsyncIterator())
    }

    /// Reads the pieces in order.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var pieces: Source.AsyncIterator?

        package mutating func next() async throws -> [UInt8]? {
            guard let piece = try await pieces?.next() else { return nil }
            return Array(piece.readableBytesView)
        }
    }
}

/// Tells a connection that the reader of its body wants more, or will not read on.
struct BodyDemand: NIOAsyncSequenceProducerDelegate {
    let connection: NIOLoopBound<HTTPConnection>
    let eventLoop: any EventLoop

    func produceMore() {
        eventLoop.execute { connection.value.resumeBody() }
    }

    func didTerminate() {
        eventLoop.execute { connection.value.leaveBody() }
    }
}
