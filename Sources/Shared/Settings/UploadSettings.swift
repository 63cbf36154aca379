import BatchFiles
import Networks

/// Where `upload` listens, and its limits, each by name.
package struct UploadSettings: Sendable {
    package let listen: ListenAddress
    /// Where health and metrics are answered; nil for the same address as all else.
    package let operations: ListenAddress?
    /// Nil if a proxy in front ends TLS, or if there is none.
    package let tls: TLSFiles?
    /// Whose word on the client's address is believed.
    package let trustedProxies: [NetworkRange]

    /// The longest body, in bytes.
    package let maxBodyBytes: Int
    /// The longest request line and header fields together, in bytes.
    package let maxHeadBytes: Int
    package let maxHeadFields: Int
    /// The time for a head, from its first byte on, in seconds.
    package let headSeconds: Int
    /// The time for a whole body, in seconds.
    package let bodySeconds: Int
    /// The longest pause within a body, in seconds.
    package let bodyIdleSeconds: Int
    /// The least rate of a body, in bytes a second, once `bodyIdleSeconds` have passed.
    package let minBytesPerSecond: Int
    /// The longest pause of a client that reads its answer, in seconds.
    package let replySeconds: Int
    /// How long a connection without a call is kept, in seconds.
    package let idleSeconds: Int
    /// The time for calls in progress once the program is to stop, in seconds.
    package let stopSeconds: Int

    package let maxConnections: Int
    /// The most connections from one address that is no trusted proxy.
    package let maxConnectionsPerAddress: Int
    package let callsPerSecondPerKey: Int
    /// The most calls a second from one address without a valid key.
    package let callsPerSecondWithoutKey: Int
    /// The most calls in progress.
    package let maxCalls: Int
    package let maxCallsPerKey: Int
    /// With less room on the spool's disk nothing is taken, in bytes.
    package let minFreeBytes: Int

    /// How long a call waits for its receipt, in seconds.
    package let waitSeconds: Int
    /// The most calls whose orders share a file.
    package let maxCallsPerFile: Int
    /// What becomes of an API v2 order without `ref` for a link that has an open order.
    package let duplicateLinks: DuplicateLinks
    /// Whether to start `ingest --linger` when none runs.
    package let startsIngest: Bool
    /// How long that `ingest` waits for further drops, in seconds.
    package let lingerSeconds: Int
    /// `/readyz` fails when a stage last ran longer ago than this, in seconds.
    package let lateSeconds: Int

    init(_ section: Section, intake: IntakeSettings, strictness: DuplicateLinks) {
        listen = section.optional("listen", .listenAddress, defaultText: "127.0.0.1:8080")
        operations = section.optional("operations", .listenAddress)
        tls = section.cursor("tls")?.section(TLSFiles.init)
        trustedProxies = section.list("trusted_proxies") { $0.read(.networkRange) }
        maxBodyBytes = section.optional(
            "max_body_bytes", .integer(1...intake.maxFileBytes), default: intake.maxFileBytes)
        maxHeadBytes = section.optional(
            "max_head_bytes", .integer(1_024...65_536), default: 16_384)
        maxHeadFields = section.optional("max_head_fields", .integer(8...1_000), default: 100)
        headSeconds = section.optional("head_seconds", .integer(1...600), default: 10)
        bodySeconds = section.optional("body_seconds", .integer(1...86_400), default: 900)
        bodyIdleSeconds = section.optional("body_idle_seconds", .integer(1...600), default: 30)
        minBytesPerSecond = section.optional(
            "min_bytes_per_second", .integer(0...1_048_576), default: 1_024)
        replySeconds = section.optional("reply_seconds", .integer(1...600), default: 30)
        idleSeconds = section.optional("idle_seconds", .integer(1...3_600), default: 60)
        stopSeconds = section.optional("stop_seconds", .integer(1...600), default: 30)
        maxConnections = section.optional(
            "max_connections", .integer(1...100_000), default: 1_024)
        maxConnectionsPerAddress = section.optional(
            "max_connections_per_address", .integer(1...100_000), default: 128)
        callsPerSecondPerKey = section.optional(
            "calls_per_second_per_key", .integer(1...1_000_000), default: 100)
        callsPerSecondWithoutKey = section.optional(
            "calls_per_second_without_key", .integer(1...1_000_000), default: 5)
        maxCalls = section.optional("max_calls", .integer(1...100_000), default: 512)
        maxCallsPerKey = section.optional(
            "max_calls_per_key", .integer(1...100_000), default: 128)
        minFreeBytes = section.optional(
            "min_free_bytes", .integer(0...1_099_511_627_776), default: intake.minFreeBytes)
        waitSeconds = section.optional("wait_seconds", .integer(1...300), default: 25)
        maxCallsPerFile = section.optional(
            "max_calls_per_file", .integer(1...10_000), default: 500)
        duplicateLinks = section.duplicateLinks(atLeast: strictness)
        startsIngest = section.optional("start_ingest", .truth, default: true)
        lingerSeconds = section.optional("linger_seconds", .integer(1...600), default: 30)
        lateSeconds = section.optional("late_seconds", .integer(60...86_400), default: 900)
    }
}

/// A host and a port to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    /// 0 for any free one.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// The files of a certificate with its chain and of its key, both PEM. Absolute paths.
package struct TLSFiles: Hashable, Sendable {
    package let certificate: String
    package let key: String

    init?(_ section: Section) {
        let certificate = section.required("certificate", .path)
        let key = section.required("key", .path)
        guard let certificate, let key else { return nil }
        self.certificate = section.source.absolute(certificate)
        self.key = section.source.absolute(key)
    }
}

extension Section {
    /// How the API takes a second order for a link: by default it is refused, because clients ask
    /// again without a key. Never laxer than the configuration's own rule.
    fileprivate func duplicateLinks(atLeast strictness: DuplicateLinks) -> DuplicateLinks {
        let usual = DuplicateLinks.reject
        guard let cursor = cursor("duplicate_links"),
            let links: DuplicateLinks = cursor.read(.word)
        else { return usual }
        if links < strictness {
            cursor.refuse("\(strictness.rawValue), as duplicate_links is, or stricter")
        }
        return links
    }
}
