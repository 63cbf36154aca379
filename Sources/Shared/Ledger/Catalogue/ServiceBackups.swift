import Tables
import Timestamps

/// Where else a service can be bought.
package struct ServiceBackups: Equatable, Sendable {
    package let provider: String
    /// The provider's id of it.
    package let providerService: String
    /// The same service at other providers, in the order to try.
    package let backups: [Backup]

    /// A service of a provider, by the provider's name and its id of the service.
    package struct Backup: Equatable, Sendable {
        package let provider: String
        package let providerService: String

        package init(provider: String, providerService: String) {
            self.provider = provider
            self.providerService = providerService
        }
    }

    package init(provider: String, providerService: String, backups: [Backup]) {
        self.provider = provider
        self.providerService = providerService
        self.backups = backups
    }
}

extension Ledger {
    /// Keeps exactly the backups that the configuration names, and writes only differences. The
    /// backups of an unknown service are kept once the service is known.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func keep(_ backups: [ServiceBackups], at now: Timestamp) throws {
        guard try read({ try Self.differences(of: backups, $0) }).isEmpty == false else { return }
        try commit { db in
            for difference in try Self.differences(of: backups, db) {
                let service = difference.service
                try db.run("DELETE FROM service_backups WHERE service_id = \(service)")
                for (index, backup) in difference.after.enumerated() {
                    try db.run(
                        """
                        INSERT INTO service_backups (service_id, rank, provider, provider_service)
                        VALUES (\(service), \(index + 1), \(backup.provider),
                                \(backup.providerService))
                        """)
                }
                try CatalogueChanges(db, difference.provider, at: now).note(
                    .changed, of: service, "backups", before: Self.words(difference.before),
                    after: Self.words(difference.after))
            }
        }
    }

    /// The backups of a service: those that the ledger has, and those that the configuration names.
    private struct Difference {
        let service: ServiceID
        let provider: ProviderID
        var before: [ServiceBackups.Backup] = []
        var after: [ServiceBackups.Backup] = []

        init(_ service: ServiceID, of provider: ProviderID) {
            self.service = service
            self.provider = provider
        }
    }

    private static func differences(
        of backups: [ServiceBackups], _ db: any Connection
    ) throws -> [Difference] {
        var all: [ServiceID: Difference] = [:]
        try db.forEach(
            """
            SELECT b.service_id, s.provider_id, b.provider, b.provider_service
            FROM service_backups b JOIN services s ON s.id = b.service_id
            ORDER BY b.service_id, b.rank
            """
        ) { row in
            let service: ServiceID = try row[0]
            let backup = ServiceBackups.Backup(provider: try row[2], providerService: try row[3])
            let provider: ProviderID = try row[1]
            all[service, default: Difference(service, of: provider)].before.append(backup)
        }
        for wanted in backups where !wanted.backups.isEmpty {
            let known: Difference? = try db.first(
                """
                SELECT s.id, s.provider_id
                FROM services s JOIN providers p ON p.id = s.provider_id
                WHERE p.name = \(wanted.provider) AND s.provider_service = \(wanted.providerService)
                """
            ) { Difference(try $0[0], of: try $0[1]) }
            guard let known else { continue }
            all[known.service, default: known].after = wanted.backups
        }
        return all.values.filter { $0.before != $0.after }.sorted { $0.service < $1.service }
    }

    /// Reports, once, each backup that no order could be sent to. A backup is not judged until its
    /// provider's list is known.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func reportUnusableBackups(at now: Timestamp) throws {
        let news = try read { db in
            let unusable: [(LedgerException, ProviderID)] = try db.all(
                "\(raw: Self.unusableBackups)"
            ) { row in
                let (provider, service): (String, String) = (try row[1], try row[2])
                return (
                    .unusableBackup(
                        "\(provider):\(service)", of: try row[0], because: try row[3]),
                    try row[4]
                )
            }
            return try unusable.filter { try !Self.isReported($0, of: $1, db) }
        }
        guard !news.isEmpty else { return }
        try commit { db in
            for (exception, provider) in news {
                try Self.raise(exception, order: nil, provider: provider, db, at: now)
            }
        }
    }

    private static let unusableBackups = """
        SELECT service_id, provider, provider_service, reason, owner FROM (
            SELECT b.service_id, b.rank, b.provider, b.provider_service, s.provider_id AS owner,
                CASE WHEN q.state = 'disabled' THEN 'that provider is switched off'
                    WHEN t.id IS NULL THEN 'that provider does not list the service'
                    WHEN t.withheld = 'dropped' THEN 'that provider lists it no more'
                    WHEN t.withheld = 'refused' THEN 'that provider refused orders for it'
                    WHEN t.fault IS NOT NULL THEN t.fault
                    WHEN t.type <> s.type
                        THEN 'it is of type ' || t.type || ', and the service of type ' || s.type
                    END AS reason
            FROM service_backups b
                JOIN services s ON s.id = b.service_id
                JOIN providers q ON q.name = b.provider
                LEFT JOIN services t
                    ON t.provider_id = q.id AND t.provider_service = b.provider_service
            WHERE q.catalogue_at IS NOT NULL OR q.state = 'disabled') judged
        WHERE reason IS NOT NULL ORDER BY service_id, rank
        """

    /// Backups as reports write them: `beta:77 gamma:3`.
    private static func words(_ backups: [ServiceBackups.Backup]) -> String? {
        backups.isEmpty
            ? nil : backups.map { "\($0.provider):\($0.providerService)" }.joined(separator: " ")
    }
}

extension LedgerException {
    fileprivate static func unusableBackup(
        _ place: String, of service: ServiceID, because reason: String
    ) -> LedgerException {
        LedgerException(
            .backupUnusable,
            """
            catalogue.yaml names \(place) as a backup of service \(service), but no order can go \
            there: \(reason); orders wait for the other places meanwhile; name another backup, or \
            take this one out
            """)
    }
}
