import Logging
import Synchronization

/// The log of a run, a line for each entry: `error: paused a provider provider=alpha`.
package final class LogBook: Sendable {
    private let entries = Mutex<[String]>([])

    package var lines: [String] { entries.withLock { $0 } }

    package var logger: Logger {
        Logger(label: "test") { _ in Page(book: self) }
    }

    private struct Page: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let data = (event.metadata ?? [:]).sorted { $0.key < $1.key }
                .map { " \($0.key)=\($0.value)" }
            book.entries.withLock { $0.append("\(event.level): \(event.message)\(data.joined())") }
        }
    }
}
