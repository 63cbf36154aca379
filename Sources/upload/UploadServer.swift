import Accounts
import Doors
import Ledger
import Logging
import Networks
import PanelAPI
import Run
import Serving
import Settings
import Spool
import Stage
import Timestamps

/// The server: opens what it needs, serves until it is told to stop, and closes in reverse.
///
/// 1. Open the spool, which removes what an earlier run left in `tmp`; the ledger, to be read; the
///    accounts.
/// 2. Open the doors, and listen. From here on calls come.
/// 3. On SIGTERM or SIGINT accept no more, and let the calls in progress end.
///
/// A process that is killed at any instant has promised nothing that is not durable: a file was
/// answered after its name was synced, an order after its commit (`Porter`, `ReceiptRoom`).
struct UploadServer {
    let context: RunContext
    /// The path of the configuration, which is read again on SIGHUP.
    let configuration: String
    /// The options of a program that is started beside this one.
    let child: [String]
    /// What the command line says; nil for what the configuration says.
    let host: String?
    let port: Int?

    /// How often to note which keys were used, and to see whether the disk still works, in seconds.
    private static let pulse = 10

    private var settings: UploadSettings { context.settings.upload }

    /// Serves until a signal comes.
    ///
    /// - Returns: what it did.
    /// - Throws: `LedgerError`, `AccountsError`, `StoreError`, `SystemError`, `CannotListen`,
    ///   `CertificateUnusable`.
    func run() async throws -> Summary {
        let signals = await ServingSignals()
        let stage = try Stage.openToRead(context)
        let accounts = try stage.openAccounts()
        let ingest = child + ["--linger", "\(settings.lingerSeconds)"]
        let doors = try Doors(
            stage, startingIngest: settings.startsIngest ? ingest : nil,
            patience: .seconds(settings.waitSeconds), mostLines: settings.maxCallsPerFile)
        defer { doors.close() }
        let ledger = doors.ledger
        let gate = Gate(
            accounts: accounts, desks: Set(context.settings.desks.keys),
            status: { user, now in try ledger.read { try $0.status(of: user, at: now) } },
            clock: context.clock)
        let calls = UploadCalls(
            context: context, spool: stage.spool, doors: doors, gate: gate, figures: CallFigures(),
            ingest: IngestSighting(inSpool: context.settings.spool))

        let servers = try await listen(calls)
        try await signals.serve(
            servers, onHangup: { reload(servers) },
            until: {
                // Nothing can be dropped any more then: the calls in progress end, and so do we.
                while doors.failure == nil {
                    guard (try? await Task.sleep(for: .seconds(Self.pulse))) != nil else { return }
                    try? accounts.writeUses()
                }
            })
        if let failure = doors.failure { throw failure }
        try? accounts.writeUses()
        return Summary("served", ["calls": .integer(calls.figures.current.total)])
    }

    /// Listens on the address, and on that of the operations if they have one of their own.
    private func listen(_ calls: UploadCalls) async throws -> [HTTPServer] {
        let policy = ServingPolicy(settings)
        func start(
            _ address: ListenAddress, _ routes: [DoorRoute], _ policy: ServingPolicy
        ) async throws -> HTTPServer {
            try await HTTPServer.start(
                host: address.host, port: address.port, policy: policy,
                routes: RouteTable(routes.map(\.route)), explain: calls.explain,
                report: calls.figures.count, logger: context.logger)
        }
        let address = ListenAddress(
            host: host ?? settings.listen.host, port: port ?? settings.listen.port)
        let main = try await start(
            address, settings.operations == nil ? calls.routes : calls.publicRoutes, policy)
        var servers = [main]
        if let operations = settings.operations {
            var plain = policy
            plain.certificate = nil
            servers.append(try await start(operations, calls.operationCalls, plain))
        }
        let scheme = settings.tls == nil ? "http" : "https"
        let bound = ListenAddress(host: main.host, port: main.port)
        try answer("upload listening on \(scheme)://\(bound)")
        return servers
    }

    /// Reads limits, proxies and certificate again. If anything is wrong, all stays as it is.
    private func reload(_ servers: [HTTPServer]) {
        do {
            let settings = try Settings.load(from: configuration).upload
            for (number, server) in servers.enumerated() {
                var policy = ServingPolicy(settings)
                if number > 0 { policy.certificate = nil }
                try server.replace(policy)
            }
            context.logger.notice("read the settings again")
        } catch {
            context.logger.error(
                "the settings stay as they were", metadata: ["reason": "\(error)"])
        }
    }
}

extension UploadCalls {
    /// What is served where the operations have an address of their own.
    var publicRoutes: [DoorRoute] {
        let operations = Set(operationCalls.map(\.route.pattern))
        return routes.filter { !operations.contains($0.route.pattern) }
    }
}

extension ServingPolicy {
    /// The limits that the configuration names.
    fileprivate init(_ settings: UploadSettings) {
        var limits = ServingLimits()
        limits.headBytes = settings.maxHeadBytes
        limits.headFields = settings.maxHeadFields
        limits.headTime = .seconds(settings.headSeconds)
        limits.bodyTime = .seconds(settings.bodySeconds)
        limits.bodyPause = .seconds(settings.bodyIdleSeconds)
        limits.bodyBytesPerSecond = settings.minBytesPerSecond
        limits.replyPause = .seconds(settings.replySeconds)
        limits.idleTime = .seconds(settings.idleSeconds)
        limits.stopTime = .seconds(settings.stopSeconds)
        limits.connections = settings.maxConnections
        limits.connectionsPerAddress = settings.maxConnectionsPerAddress
        limits.callsPerSecondPerKey = settings.callsPerSecondPerKey
        limits.callsPerSecondWithoutKey = settings.callsPerSecondWithoutKey
        limits.calls = settings.maxCalls
        limits.callsPerKey = settings.maxCallsPerKey
        self.init(
            limits: limits, trustedProxies: settings.trustedProxies,
            certificate: settings.tls.map {
                CertificateFiles(certificate: $0.certificate, key: $0.key)
            })
    }
}
