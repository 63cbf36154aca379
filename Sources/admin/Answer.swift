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
        if options.json || !options.quiet { try always(options, text, members) }
    }

    /// The same, even if only warnings were asked for: the answer is what the command is for.
    ///
    /// - Parameters:
    ///   - options: choose which of the two.
    ///   - text: the sentence.
    ///   - members: writes the members of the object.
    /// - Throws: `OutputError`.
    static func always(
        _ options: StageOptions, _ text: String, _ members: (inout JSONWriter) -> Void
    ) throws {
        guard options.json else { return try answer(text) }
        var json = JSONWriter()
        json.beginObject()
        members(&json)
        json.endObject()
        try answer(String(decoding: json.drain(), as: UTF8.self))
    }
}
