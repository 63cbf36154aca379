import Settings
import TestSupport

/// Knows when a configuration is neither taken nor refused with its place.
package struct ConfigurationOracle {
    private let folder = TemporaryFolder(inMemory: true)

    package init() {}

    /// Loads a configuration of one file.
    package func complaint(about bytes: [UInt8]) -> String? {
        let path = folder.write(bytes, to: "p.yaml")
        do throws(SettingsError) {
            _ = try Settings.load(from: path)
            return nil
        } catch {
            return error.description.contains(path) ? nil : "no place is named: \(error)"
        }
    }

    package static let words = [
        "&a ", "*a", "!!binary ", "<<: *a", "- ", "{", "}", "[", "]", ": ", "\"", "'", "|\n",
        ">-\n", "\t", "%YAML 1.1\n", "---\n", "...\n", "99999999999999999999", "-1", "1e309",
        "~", "? ", "p.yaml", "\n  ", "#", "\u{85}", "\u{2028}", "null", "0x10", "{env: A}",
        "&a [*a]",
    ]

    /// Every section of the configuration in one file.
    package static let sample = """
        currency: USD
        spool: spool
        ledger: var/ledger.sqlite
        intake: {settle_seconds: 0, max_file_bytes: 33554432, max_orders_per_file: 100000}
        dispatch:
          deadline_seconds: 50
          batch: 500
        pricing: {profit_percent: "20", profit_fixed: "0.01", min_profit_percent: "0"}
        fees:
          withdrawal: {percent: "1", fixed: "0.25"}
        exchange_rates:
          EUR: "1.08"
        duplicate_links: wait
        providers:
          - name: alpha
            url: "https://alpha.example/api/v2"
            api_key: {env: ALPHA_KEY}   # never here
            currency: EUR
            requests_per_second: 5
            timeouts: {connect: 10, total: 30}
            breaker: {doubts: 3, failures: 5, open_seconds: 300}
            errors: {funds: ["no money"]}
        catalogue:
          rules:
            - match: {category: "Insta*"}
              profit_percent: "30"
        master_key: {file: /etc/smm-guru/master.key}

        """
}
