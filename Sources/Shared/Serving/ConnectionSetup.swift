import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Makes the channel of a new connection, in Hummingbird's server: TLS, the parser, and an
/// `HTTPConnection` that does all else.
struct ConnectionSetup: ServerChildChannel {
    let shared: SharedState

    /// A connection, for as long as it is open.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            if let options = channel.syncOptions {
                // An answer is written piece by piece; none waits for an acknowledgement.
                try options.setOption(.tcpOption(.tcp_nodelay), value: 1)
                // What a connection reads ahead is what one read brings; but when its client has
                // ended, NIO reads all that the kernel has, so that has a limit too.
                try options.setOption(.maxMessagesPerRead, value: 1)
                try options.setOption(.socketOption(.so_rcvbuf), value: 131_072)
                try options.setOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(
                        minimum: 1_024, initial: 8_192, maximum: 32_768))
            }
            // An answer to HEAD has no body whose end the encoder may mark.
            var framing = HTTPResponseEncoder.Configuration()
            framing.automaticallySetFramingHeaders = false

            let pipeline = channel.pipeline.syncOperations
            let certificate = shared.certificate
            if let certificate {
                try pipeline.addHandler(NIOSSLServerHandler(context: certificate))
            }
            let connection = HTTPConnection(shared, isEncrypted: certificate != nil)
            try pipeline.addHandlers([
                ByteWatch(NIOLoopBound(connection, eventLoop: channel.eventLoop)),
                HTTPResponseEncoder(configuration: framing),
                makeParser(),
                connection,
            ])
            return Value(channel: channel)
        }
    }

    /// What reads the heads of a connection.
    ///
    /// A server makes one before it listens, on one thread. If the first connections come at once,
    /// two threads would be the first to need this generic type, and Swift's runtime (6.3) crashes
    /// now and then when the one meets the class that the other has half made.
    @inline(never)
    func makeParser() -> ByteToMessageHandler<HTTPRequestDecoder> {
        let limits = shared.limits
        var heads = NIOHTTPDecoderLimitConfiguration()
        heads.maxHeaderFieldSize = limits.headBytes
        heads.maxHeaderListSize = limits.headBytes
        heads.maxHeaderFieldCount = limits.headFields
        return ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: heads))
    }

    /// Returns when the connection is closed; closes it when the server may wait no longer.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }
}
