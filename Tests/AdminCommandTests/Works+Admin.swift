import TestHouse
import TestSupport

extension Works {
    /// Works whose provider `alpha` is the panel: its only service costs 1.00 a thousand and is
    /// sold for 2.00.
    convenience init(buyingFrom panel: ObligingPanel) throws {
        self.init()
        try write(Works.key, to: "alpha.key")
        try write(String(repeating: "0f", count: 32), to: "master.key")
        try write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, min_free_bytes: 0}
            pricing: {profit_percent: "100"}
            master_key: {file: master.key}
            providers:
              - {name: alpha, url: "\(panel.url)", api_key: {file: alpha.key}, currency: USD,
                 poll_every: 1, allow_http: true}
            """, to: "pipeline.yaml")
    }

    /// Adds the user `acme` with 100.00, and alpha's catalogue.
    func open() throws {
        try done(
            "admin user add acme --name 'Acme Ltd'",
            "admin deposit acme 100.00 --method bank --reference TX-1", "ingest", "poll catalogue")
    }

    /// Drops a batch of orders of 1,000 units for `links`.
    func order(_ links: String..., by user: String = "acme") throws {
        let orders = links.map {
            #"{"ref": "\#($0)", "service": 101, "link": "\#($0)", "quantity": 1000}"#
        }
        try write(
            #"{"orders": [\#(orders.joined(separator: ","))]}"#,
            to: "spool/resellers/\(user)/inbox/\(links.joined(separator: "-")).json")
    }
}
