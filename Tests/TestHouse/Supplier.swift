import TestSupport

/// A provider as a world configures it.
package struct Supplier: Sendable {
    package let name: String
    package let url: String
    package let currency: String
    private let perSecond: Int
    private let settings: String

    /// `settings`: more of its settings, as YAML between braces: `in_flight: 1`.
    package init(
        _ name: String = "alpha", url: String, currency: String = "USD", perSecond: Int = 10_000,
        _ settings: String = ""
    ) {
        self.name = name
        self.url = url
        self.currency = currency
        self.perSecond = perSecond
        self.settings = settings
    }

    /// A provider that no answer pauses, and that is asked again after a second.
    ///
    /// `timeout`: how long a request may take, in seconds; else only what hangs is given up.
    package static func unpaused(
        _ name: String, url: String, currency: String = "USD", timeout: Int = patience
    ) -> Supplier {
        Supplier(
            name, url: url, currency: currency,
            "poll_every: 1, breaker: {doubts: 1000, failures: 1000}, "
                + "timeouts: {connect: \(timeout), total: \(timeout)}")
    }

    /// Its line of `pipeline.yaml`.
    ///
    /// `key`: where its API key is: `{env: KEY}`.
    func line(key: String) -> String {
        """
          - {name: \(name), url: "\(url)", api_key: \(key), currency: \(currency), \
        requests_per_second: \(perSecond), \
        allow_http: true\(settings.isEmpty ? "" : ", \(settings)")}
        """
    }
}
