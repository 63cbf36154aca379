import Logging

/// Writes what swift-log receives as a program's log lines.
struct LineLog: LogHandler {
    let lines: LogLines
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(lines: LogLines) {
        self.lines = lines
        logLevel = lines.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Metadata has no order, so it is sorted by name.
    func log(event: LogEvent) {
        var metadata = metadata.merging(event.metadata ?? [:]) { _, own in own }
        if let error = event.error { metadata["error"] = "\(error)" }
        let fields = metadata.sorted { $0.key < $1.key }.map { key, value in
            Summary.Field(name: key, value: Summary.Value(value))
        }
        lines.write(event.level, "\(event.message)", fields)
    }
}

extension Summary.Value {
    fileprivate init(_ value: Logger.Metadata.Value) {
        if case .stringConvertible(let number as any BinaryInteger) = value,
            let integer = Int64(exactly: number)
        {
            self = .integer(integer)
        } else {
            self = .text("\(value)")
        }
    }
}
