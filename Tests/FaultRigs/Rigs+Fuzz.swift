import Providers
import Settings
import TestSupport

extension Rig {
    static let reader = Rig(
        "reader", "the reader of JSON never crashes, hangs, or contradicts itself"
    ) { extent, findings in
        let samples = [
            #"{"batch": "1", "orders": [{"ref": "A-1", "quantity": 1000, "max_rate": "1.25"}]}"#,
            #"[[[1, -2.5e10, true, false, null], "\u00e9\ud83d\ude00\n"], {"a": {"b": []}}]"#,
            "0.000001", "-922337203685.477580", "12.50",
        ]
        findings.fuzz(extent, samples: samples, words: jsonWords) { input, _ in
            ReaderOracle.complaint(about: input)
        }
    }

    static let replies = Rig(
        "replies", "whatever a provider answers, nothing is concluded that he did not say"
    ) { extent, findings in
        let oracle = ReplyOracle()
        findings.fuzz(extent, samples: ReplyOracle.samples, words: jsonWords + ReplyOracle.words) {
            oracle.complaint(about: $0, &$1)
        }
    }

    static let configuration = Rig(
        "configuration", "a configuration is right, or is refused in words, at once"
    ) { extent, findings in
        let folder = TemporaryFolder(inMemory: true)
        let words = [
            "&a ", "*a", "!!binary ", "<<: *a", "- ", "{", "}", "[", "]", ": ", "\"", "'", "|\n",
            ">-\n",
            "\t", "%YAML 1.1\n", "---\n", "...\n", "99999999999999999999", "-1", "1e309", "~", "? ",
            "p.yaml", "\n  ", "#", "\u{85}", "\u{2028}", "null", "0x10", "{env: A}", "&a [*a]",
        ]
        findings.fuzz(extent, samples: [pipeline], words: words) { input, _ in
            let path = folder.write(input, to: "p.yaml")
            do throws(SettingsError) {
                _ = try Settings.load(from: path)
                return nil
            } catch {
                return error.description.contains(path) ? nil : "no place is named: \(error)"
            }
        }
    }

    private static let jsonWords = [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\\\", "null", "true", "-0",
        "1e999",
        "0.0000001", "9223372036854775808", "-", "[[[[[[[[[[", "\"\":", "\u{202E}", "\u{2028}",
    ]

    /// Every section of the configuration in one file.
    private static let pipeline = """
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
