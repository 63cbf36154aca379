import Logging
import NIOCore
import NIOSSL
import Networks
import Synchronization

/// What all connections of a server share.
final class SharedState: Sendable {
    let routes: RouteTable
    let explain: HTTPServer.Explain
    let report: @Sendable (CallReport) -> Void
    let logger: Logger
    let census = Census()
    let meters = Meters()
    private let policy: Mutex<ServingPolicy>
    private let identity: Mutex<NIOSSLContext?>

    init(
        routes: RouteTable, policy: ServingPolicy, explain: @escaping HTTPServer.Explain,
        report: @escaping @Sendable (CallReport) -> Void, logger: Logger
    ) throws {
        self.routes = routes
        self.explain = explain
        self.report = report
        self.logger = logger
        self.policy = Mutex(policy)
        identity = Mutex(try policy.certificate?.context())
    }

    var limits: ServingLimits { policy.withLock(\.limits) }

    var proxies: [NetworkRange] { policy.withLock(\.trustedProxies) }

    /// The certificate of new connections; nil without TLS.
    var certificate: NIOSSLContext? { identity.withLock { $0 } }

    /// - Throws: `CertificateUnusable`; then all is as before.
    func replace(_ policy: ServingPolicy) throws {
        let context = try policy.certificate?.context()
        self.policy.withLock { $0 = policy }
        identity.withLock { $0 = context }
    }
}

/// What of a server may change while it runs.
package struct ServingPolicy: Sendable {
    package var limits: ServingLimits
    /// Whose word on a client's address is believed.
    package var trustedProxies: [NetworkRange]
    /// Nil if a proxy in front ends TLS, or if there is none.
    package var certificate: CertificateFiles?

    package init(
        limits: ServingLimits = ServingLimits(), trustedProxies: [NetworkRange] = [],
        certificate: CertificateFiles? = nil
    ) {
        self.limits = limits
        self.trustedProxies = trustedProxies
        self.certificate = certificate
    }
}
