/// The limits of a server, each with its unit. Past one, the answer says which (`ServingRefusal`),
/// and everybody else goes on. How long a route works has no limit here: it needs its own.
package struct ServingLimits: Sendable {
    /// The longest request line and header fields together, in bytes.
    package var headBytes = 16_384
    package var headFields = 100
    /// The time for a head from its first byte on, and for a TLS handshake.
    package var headTime = Duration.seconds(10)
    /// The time for a whole body.
    package var bodyTime = Duration.seconds(900)
    /// The longest pause within a body.
    package var bodyPause = Duration.seconds(30)
    /// The least rate of a body over all its time so far, in bytes a second, once `bodyPause` has
    /// passed; 0 for none.
    package var bodyBytesPerSecond = 1_024
    /// The time for a client to take each 64 KiB of its answer.
    package var replyPause = Duration.seconds(30)
    /// How long a connection without a call is kept.
    package var idleTime = Duration.seconds(60)
    /// The time for calls in progress once the server is to stop.
    package var stopTime = Duration.seconds(30)
    /// How much of a refused body is read before the connection closes, in bytes: a client that is
    /// still sending when it is reset loses the answer.
    package var drainBytes = 262_144
    package var drainTime = Duration.seconds(2)

    package var connections = 1_024
    /// The most connections from one address that is no trusted proxy. The first 64 bits of an IPv6
    /// address count, because a client has all of the others.
    package var connectionsPerAddress = 128
    package var callsPerSecondPerKey = 100
    /// The most calls a second from one address without a valid key.
    package var callsPerSecondWithoutKey = 5
    /// The most calls in progress.
    package var calls = 512
    package var callsPerKey = 128
    /// The most calls that a client may send before it has read the answer to the first.
    package var callsAhead = 16

    package init() {}
}
