import Tables
import Timestamps

/// The changes in a provider's services, reported to the operator in `catalogue-changes.csv`.
struct CatalogueChanges {
    private let db: any Connection
    private let provider: ProviderID
    private let now: Timestamp

    /// What happened to a service.
    enum Kind: String, Column {
        /// It is listed for the first time; with the fault that keeps it from being sold, if any.
        case new
        /// One of its fields changed.
        case changed
        /// It is gone from the list.
        case dropped
        /// It is on the list again.
        case returned
        /// Its rate jumped and waits for the operator.
        case quarantined
        /// The provider withdrew the jump.
        case withdrawn
        /// The operator agreed to the jump.
        case released
        /// The provider refused an order for it because it does not know the service.
        case refused
    }

    init(_ db: any Connection, _ provider: ProviderID, at now: Timestamp) {
        self.db = db
        self.provider = provider
        self.now = now
    }

    /// Notes a change.
    ///
    /// - Parameters:
    ///   - kind: what happened.
    ///   - service: the service.
    ///   - field: the column that changed; noted only if there is a value before or after.
    ///   - before: its value before.
    ///   - after: its value after.
    /// - Throws: `StoreError`.
    func note(
        _ kind: Kind, of service: ServiceID, _ field: String? = nil, before: String? = nil,
        after: String? = nil
    ) throws {
        let isAboutField = before != nil || after != nil
        try db.run(
            """
            INSERT INTO catalogue_changes (at, provider_id, service_id, kind, field, before, after)
            VALUES (\(now), \(provider), \(service), \(kind), \(isAboutField ? field : nil),
                    \(before), \(after))
            """)
    }
}
