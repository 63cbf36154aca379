import Run
import StrictJSON

/// What a command that looks prints.
enum Answer {
    /// A sentence, or with `--json` the object that `members` writes.
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
