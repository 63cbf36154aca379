import NIOCore

/// Stands before the parser, where a byte counts though it makes no whole head yet. It tells the
/// connection, and drops what comes after the connection's last answer.
final class ByteWatch: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: NIOLoopBound<HTTPConnection>

    init(_ connection: NIOLoopBound<HTTPConnection>) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if connection.value.takes(unwrapInboundIn(data).readableBytes) {
            context.fireChannelRead(data)
        }
    }
}
