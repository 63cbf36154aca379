import GRDB
import Tables
import Timestamps

/// Where else a service can be bought.
package struct ServiceBackups: Equatable, Sendable {
    package let provider: String
    /// The provider's id of it.
    package let providerService: String
    /// The same service elsewhere, in the order to try.
    package let backups: [Backup]

    /// A service of a provider, by his name and his id of it.
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
    /// Keeps the backups that the configuration names, and no others; writes only what differs. One of a
    /// service that is not known is kept once the service is.
    package func keep(_ backups: [ServiceBackups], at now: Timestamp) throws {
        guard try read({ try Self.differences(of: backups, $0) }).isEmpty == false else { return }
        try commit { db in
            for (service, provider, before, after) in try Self.differences(of: backups, db) {
                try db.grdb.execute(
                    literal: "DELETE FROM service_backups WHERE service_id = \(service)")
                for (index, place) in after.enumerated() {
                    try db.grdb.execute(
                        literal: """
                            INSERT INTO service_backups (service_id, rank, provider, provider_service)
                            VALUES (\(service), \(index + 1), \(place.provider),
                                    \(place.providerService))
                            """)
                }
                try CatalogueChanges(db, provider, at: now).note(
                    .changed, of: service, "backups", before: Self.words(before),
                    after: Self.words(after))
            }
        }
    }

    private typealias Difference = (
        service: ServiceID, provider: ProviderID, before: [ServiceBackups.Backup],
        after: [ServiceBackups.Backup]
    )

    private static func differences(
        of backups: [ServiceBackups], _ db: any Connection
    ) throws -> [Difference] {
        var all: [ServiceID: Difference] = [:]
        let rows = try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT b.service_id, s.provider_id, b.provider, b.provider_service
                FROM service_backups b JOIN services s ON s.id = b.service_id
                ORDER BY b.service_id, b.rank
                """)
        for row in rows {
            all[row[0], default: (row[0], row[1], [], [])].before
                .append(ServiceBackups.Backup(provider: row[2], providerService: row[3]))
        }
        for wanted in backups where !wanted.backups.isEmpty {
            let known = try db.grdb.cachedStatement(
                sql: """
                    SELECT s.id, s.provider_id
                    FROM services s JOIN providers p ON p.id = s.provider_id
                    WHERE p.name = ? AND s.provider_service = ?
                    """
            ).fetchRow([wanted.provider, wanted.providerService])
            guard let known else { continue }
            all[known[0], default: (known[0], known[1], [], [])].after = wanted.backups
        }
        return all.values.filter { $0.before != $0.after }.sorted { $0.service < $1.service }
    }

    /// Tells the operator, once, of each backup to which no order could go. One of a provider whose
    /// list is not known yet is not judged.
    package func tellUnusableBackups(at now: Timestamp) throws {
        let news = try read { db in
            try GRDB.Row.fetchAll(db.grdb, sql: Self.unusableBackups).map { row in
                (
                    LedgerException.unusableBackup(
                        "\(row[1] as String):\(row[2] as String)", of: row[0], because: row[3]),
                    row[4] as ProviderID
                )
            }.filter { try !Self.isTold($0, of: $1, db) }
        }
        guard !news.isEmpty else { return }
        try commit { db in
            for (exception, provider) in news {
                try Self.raise(exception, order: nil, provider: provider, db, at: now)
            }
        }
    }

    private static let unusableBackups = """
        SELECT b.service_id, b.provider, b.provider_service,
            CASE WHEN q.state = 'disabled' THEN 'that provider is switched off'
                WHEN t.id IS NULL THEN 'that provider does not list the service'
                WHEN t.withheld = 'dropped' THEN 'that provider lists it no more'
                WHEN t.withheld = 'refused' THEN 'that provider refused orders for it'
                WHEN t.fault IS NOT NULL THEN t.fault
                WHEN t.type <> s.type
                    THEN 'it is of type ' || t.type || ', and the service of type ' || s.type
                END AS reason, s.provider_id
        FROM service_backups b
            JOIN services s ON s.id = b.service_id
            JOIN providers q ON q.name = b.provider
            LEFT JOIN services t ON t.provider_id = q.id AND t.provider_service = b.provider_service
        WHERE reason IS NOT NULL AND (q.catalogue_at IS NOT NULL OR q.state = 'disabled')
        ORDER BY b.service_id, b.rank
        """

    /// For a report: `beta:77 gamma:3`.
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
            "\(place) is named as a backup of service \(service) in catalogue.yaml, and no order can go "
                + "there: \(reason); while that is so, orders wait for the other places; name another "
                + "backup, or take it out")
    }
}
