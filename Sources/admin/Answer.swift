import Run
import StrictJSON

/// Prints the answer of a command.
enum Answer {
    /// Prints a sentence, or with `--json` an object.
    ///
    /// - Parameters:
    ///   - options: choose which of the two.
    ///   - text: the sentence.
    ///   - members: writes the members of the object.
    /// - Throws: `OutputError`.
    static func give(
        _ options: StageOptions, _ text: String, _ members: (inout JSONWriter) -> Void
    ) throws {
        var line = text
        if options.json {
            var json = JSONWriter()
            json.beginObject()
            members(&json)
            json.endObject()
            line = String(decoding: json.drain(), as: UTF8.self)
        } else if options.quiet {
            return
        }
        try answer(line)
    }
}
