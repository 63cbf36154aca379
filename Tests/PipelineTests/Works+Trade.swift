import Money
import TestHouse
import TestSupport
import Testing

/// A provider that is a sandbox with habits of its own.
struct SandboxSupplier {
    let name: String
    let currency: String
    /// What the sandbox is started with.
    let arguments: String

    init(_ name: String, _ arguments: String, currency: String = "USD") {
        self.name = name
        self.currency = currency
        self.arguments = arguments
    }
}

extension Works {
    /// Works with one sandbox as the provider `sandbox`.
    convenience init(sandbox arguments: String) throws {
        try self.init([SandboxSupplier("sandbox", arguments)])
    }

    /// Works whose providers are sandboxes.
    ///
    /// `also`: more lines of `pipeline.yaml`.
    convenience init(_ suppliers: [SandboxSupplier], also: String = "") throws {
        self.init()
        let suppliers = try suppliers.map { supplier in
            let sandbox = try start(
                supplier.name, "\(supplier.arguments) --currency \(supplier.currency)")
            return Supplier.unpaused(
                supplier.name, url: sandbox.url, currency: supplier.currency)
        }
        try open(suppliers, also: also)
    }

    /// Works with one provider that the test plays itself, paid in euros.
    convenience init(buyingFrom url: String) throws {
        self.init()
        try open(
            [.unpaused("alpha", url: url, currency: "EUR")],
            also: #"exchange_rates: {EUR: "1.08"}"#)
    }

    /// Adds two users with 100.00 each, and the services of every provider.
    private func open(_ suppliers: [Supplier], also: String) throws {
        try configure(suppliers, also: also)
        try desk(
            #"""
            "users": [{"user": "acme"}, {"user": "zenith"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "TX-1", "amount": "100"},
                         {"user": "zenith", "method": "bank", "reference": "TX-2", "amount": "100"}]
            """#)
        try done("ingest", "poll catalogue")
    }

    /// Expects a user's status files to have every number from 1, and true last words.
    func expectStatusFilesComplete(for user: String) throws {
        #expect(try statusFaults(of: user) == [], "the status files of \(user)")
    }

    /// State, provider and number of the orders that a condition selects: `alpha|placed|3`.
    func statesByProvider(where condition: String = "true") throws -> [String] {
        try table(
            """
            SELECT p.name, o.state, count(*) FROM orders o JOIN providers p ON p.id = o.provider_id
            WHERE \(condition) GROUP BY 1, 2 ORDER BY 1, 2
            """)
    }

    /// The number of the order that has this ref.
    func order(_ ref: String) throws -> String {
        try #require(try table("SELECT id FROM orders WHERE ref = '\(ref)'").first)
    }

    /// State and refund of each order, by ref.
    func endings() throws -> [String] {
        try table("SELECT ref, state, refunded FROM orders ORDER BY ref")
    }
}
