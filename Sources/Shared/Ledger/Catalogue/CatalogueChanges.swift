import GRDB
import Tables
import Timestamps

/// What the operator is told of a provider's services, for `catalogue-changes.csv`.
struct CatalogueChanges {
    private let db: any Connection
    private let provider: ProviderID
    private let now: Timestamp

    /// What happened to a service.
    enum Kind: String {
        /// Listed for the first time; with the fault that keeps it from being sold, if it has one.
        case new
        /// A field of it differs.
        case changed
        /// Gone from the list, and there again.
        case dropped, returned
        /// Its rate jumped and waits for the operator; the provider took that back; the operator agreed.
        case quarantined, withdrawn, released
        /// The provider refused an order for it, as one for a service he does not know.
        case refused
    }

    init(_ db: any Connection, _ provider: ProviderID, at now: Timestamp) {
        self.db = db
        self.provider = provider
        self.now = now
    }

    /// - Parameter field: the column that differs; nothing is said of one without values.
    func note(
        _ kind: Kind, of service: ServiceID, _ field: String? = nil, before: String? = nil,
        after: String? = nil
    ) throws {
        let isAboutField = before != nil || after != nil
        try db.grdb.cachedStatement(
            sql: """
                INSERT INTO catalogue_changes
                    (at, provider_id, service_id, kind, field, before, after)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            now, provider, service, kind.rawValue, isAboutField ? field : nil, before, after,
        ])
    }
}
