import ArgumentParser
import Ledger
import Timestamps

/// The parts of the program's work that can be chosen alone.
enum Word: String, CaseIterable, ExpressibleByArgument {
    case summaries, statements, notify, audit
}

/// Which summaries are wanted, and where.
struct Selection: ParsableArguments {
    @Option(help: ArgumentHelp("Summaries: the first day covered.", valueName: "yyyy-mm-dd"))
    var since: Day?

    @Option(help: ArgumentHelp("Summaries: the last day covered.", valueName: "yyyy-mm-dd"))
    var until: Day?

    @Option(
        help: ArgumentHelp(
            "Summaries: write the files into this directory, and leave reports/ alone.",
            valueName: "dir"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "Audit: also write the books into this file, as a journal for hledger.",
            valueName: "file"))
    var journal: String?

    /// Includes both days.
    var period: Range<Timestamp> {
        let always = Timestamp.always
        return (since?.start ?? always.lowerBound)..<(until?.end ?? always.upperBound)
    }

    func validate(with word: Word?) throws {
        let isGiven = since != nil || until != nil || to != nil
        if isGiven, word != .summaries {
            throw ValidationError("--since, --until and --to belong to summaries.")
        }
        if journal != nil, word != .audit {
            throw ValidationError("--journal belongs to audit.")
        }
        if let since, let until, until.start < since.start {
            throw ValidationError("--until is before --since.")
        }
        if to == nil, since != nil || until != nil {
            throw ValidationError(
                "--since and --until need --to: reports/latest always covers everything.")
        }
    }
}

/// A day on the command line, UTC.
struct Day: ExpressibleByArgument {
    let start: Timestamp

    init?(argument: String) {
        guard let start = Timestamp(startOfDay: argument) else { return nil }
        self.start = start
    }

    /// The first moment of the next day.
    var end: Timestamp { start.adding(seconds: 86_400) }
}
