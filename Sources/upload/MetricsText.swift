/// The text that Prometheus reads (text format 0.0.4).
struct MetricsText {
    static let mediaType = "text/plain; version=0.0.4"

    /// What is written so far.
    private(set) var text = ""

    /// Begins a metric.
    mutating func metric(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// One value of a metric, with its labels.
    mutating func value(
        _ name: String, _ value: some BinaryInteger, _ labels: KeyValuePairs<String, String> = [:]
    ) {
        self.value(name, "\(value)", labels)
    }

    /// One value that is written already.
    mutating func value(
        _ name: String, _ value: String, _ labels: KeyValuePairs<String, String> = [:]
    ) {
        let list = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
        text += name + (list.isEmpty ? "" : "{\(list.joined(separator: ","))}") + " \(value)\n"
    }

    /// Seconds from a number of microseconds.
    static func seconds(_ microseconds: Int64) -> String {
        let rest = String(microseconds % 1_000_000)
        return "\(microseconds / 1_000_000)."
            + String(repeating: "0", count: 6 - rest.utf8.count) + rest
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
