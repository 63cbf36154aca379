import Glibc
import Logging
import StrictJSON
import Timestamps

/// How log lines are written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-23T10:00:00Z notice ingest: ingested files=3 orders=120`
    case text
    /// One JSON object a line.
    case json
}

/// Writes a program's log, each line whole or not at all.
struct LogLines: Sendable {
    let program: String
    let format: LogFormat
    /// Less important lines are left out.
    let level: Logger.Level
    /// Standard error.
    var descriptor: Int32 = STDERR_FILENO
    var clock: WallClock = .system

    func write(_ level: Logger.Level, _ message: String, _ fields: [Summary.Field] = []) {
        guard level >= self.level else { return }
        let message = SecretWords.hidden(in: message)
        let fields = fields.map { field in
            guard case .text(let text) = field.value else { return field }
            return Summary.Field(name: field.name, value: .text(SecretWords.hidden(in: text)))
        }
        let line =
            switch format {
            case .text: text(level, message, fields)
            case .json: json(level, message, fields)
            }
        // A broken log must not stop the run: the ledger holds what was done.
        try? Run.write(line + [UInt8(ascii: "\n")], to: descriptor)
    }

    /// Where to draw progress: a person's terminal, unless they want to see warnings only.
    var progressDescriptor: Int32? {
        isatty(descriptor) == 1 && level < .warning ? descriptor : nil
    }

    private func text(
        _ level: Logger.Level, _ message: String, _ fields: [Summary.Field]
    ) -> [UInt8] {
        let erasure = progressDescriptor == nil ? "" : ProgressLine.eraseLine
        return Array(
            "\(erasure)\(clock.now()) \(level) \(program): \(text(message, fields))".utf8)
    }

    /// The line without time and program: `ingested files=3 orders=120`.
    func text(_ message: String, _ fields: [Summary.Field]) -> String {
        let data = fields.map { field in
            switch field.value {
            case .integer(let number): " \(LogText.word(field.name))=\(number)"
            case .text(let text): " \(LogText.word(field.name))=\(LogText.word(text))"
            }
        }
        return LogText.sentence(message) + data.joined()
    }

    private func json(
        _ level: Logger.Level, _ message: String, _ fields: [Summary.Field]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in [
            ("at", "\(clock.now())"), ("level", "\(level)"), ("program", program),
            ("message", message),
        ] {
            writer.key(key)
            writer.string(value)
        }
        writer.key("data")
        writer.object(fields)
        writer.endObject()
        return writer.drain()
    }
}

/// Makes text from outside safe in a line for people: it cannot begin a line, move the cursor or
/// look like another field.
enum LogText {
    /// `text` with all invisible characters escaped.
    static func sentence(_ text: String) -> String {
        escaped(text) { isInvisible($0) }
    }

    /// `text` itself if it is one plain word, else in quotation marks.
    static func word(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                !isInvisible($0) && !#" "\="#.unicodeScalars.contains($0)
            }
        return isPlain
            ? text : "\"\(escaped(text) { isInvisible($0) || $0 == "\"" || $0 == "\\" })\""
    }

    private static func escaped(_ text: String, _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if !isEscaped(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.isASCII {
                result += scalar.escaped(asASCII: true)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }

    /// Control characters, line separators, and marks that change the direction of writing.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: true
        default: false
        }
    }
}
