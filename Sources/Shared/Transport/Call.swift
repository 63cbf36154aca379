/// One request, ready to be sent: always a POST.
package struct Call: Sendable {
    package let url: String
    package let contentType: String
    /// Holds the key of whom it is sent to, so it is never logged.
    package let body: [UInt8]
    /// Seconds until a connection must be established, with its TLS handshake.
    package let connectTimeout: Int
    /// Seconds until the whole reply must be here, with the time for connecting.
    package let totalTimeout: Int
    /// The longest reply that is read, in bytes.
    package let replyLimit: Int
    /// Which connections may carry it.
    package let connections: Connections

    package init(
        url: String, contentType: String, body: [UInt8], connectTimeout: Int, totalTimeout: Int,
        replyLimit: Int, connections: Connections
    ) {
        self.url = url
        self.contentType = contentType
        self.body = body
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.replyLimit = replyLimit
        self.connections = connections
    }
}

/// Which connections may carry a call.
package enum Connections: Equatable, Sendable {
    /// Any. If one dies before it answers, the call may be sent again on another: for questions.
    case any
    /// A used one only if the server was seen to keep such connections; sent once.
    case learned
    /// A used one if there is one; sent once.
    case used
    /// A new one; sent once.
    case fresh
}

/// A call that has ended, well or not.
package struct Finished: Equatable, Sendable {
    /// The number by which the caller of `Transport.start` knows the call.
    package let tag: Int
    package let ending: Ending
    /// Whether the server was seen to close a connection that it had left open, without saying so.
    /// What is sent on such a connection may be lost, and nobody can know.
    package let sawSilentClose: Bool

    package init(tag: Int, ending: Ending, sawSilentClose: Bool = false) {
        self.tag = tag
        self.ending = ending
        self.sawSilentClose = sawSilentClose
    }

    /// How many seconds its reply, if one came, asks us to stay away.
    package var retryAfter: Int? {
        if case .replied(let reply) = ending { reply.retryAfter } else { nil }
    }

    /// How a call ended.
    package enum Ending: Equatable, Sendable {
        /// A whole reply came, whatever it says.
        case replied(Reply)
        case failed(TransferFailure)
    }
}

/// An HTTP reply, as it came.
package struct Reply: Equatable, Sendable {
    package let status: Int
    package let body: [UInt8]
    /// How many seconds the server asks us to stay away, by either form of `Retry-After`, at most a
    /// day; nil if it does not ask.
    package let retryAfter: Int?

    package init(status: Int, body: [UInt8], retryAfter: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}

/// Why no whole reply came.
package struct TransferFailure: Error, Equatable, Sendable {
    /// Whether any byte of the request can have left this machine. If not, the server cannot have
    /// acted on it; if so, nobody knows whether it did.
    package let sent: Bool
    /// What happened. Names no address and no key.
    package let text: String

    package init(sent: Bool, text: String) {
        self.sent = sent
        self.text = text
    }
}
