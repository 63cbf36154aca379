import ArgumentParser
import Run
import Version

@main
struct Poll: Program {
    static let configuration = CommandConfiguration(
        commandName: "poll",
        abstract: "Ask the providers how orders stand, and keep the catalogue.",
        discussion: """
            Run from cron. Asks the providers about the orders that are due, settles those that \
            ended (delivered units are earned, the rest goes back), and writes what changed into \
            each reseller's outbox. Takes over the providers' catalogues when sync_every has \
            passed, and asks for balances as often. A provider that does not answer is asked again \
            soon, then after longer and longer waits.

            A list of services that is empty or lost too much changes nothing, and a rate that \
            jumped waits for the operator (admin release). All changes are in \
            catalogue-changes.csv.

            Without a word, everything that is due; with one, that alone, and now:
              statuses    orders placed or asked about before this run, orders in doubt and
                          decisions on them, refills, and the status files
              catalogue   the lists of services, priced by the rules of catalogue.yaml
              balances    our balances at the providers

            If a provider lists its orders (inquiry: orders), orders in doubt are looked for \
            there, and decisions of the desk are checked before they are believed. An order that \
            ended is asked about once more after look_back; a contradiction is in exceptions.csv.

            An unknown status word, or a missing answer, moves no money: the order is asked about \
            again.

            Exit status: 0 done, also when a provider did not answer; 64 wrong usage; 70 stopped \
            by something unexpected; 74 input or output failed, nothing is lost, run again when \
            mended; 75 another run holds the lock; 78 bad configuration, nothing was touched.
            """,
        version: ProgramVersion.text)

    /// A part that can be asked for alone.
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case statuses, catalogue, balances
    }

    @OptionGroup var options: StageOptions

    @Argument(help: "What to do, if not everything that is due.")
    var part: Part?

    func run() async throws {
        try await options.run("poll") { context in
            var polling = try AskProviders(context)
            return try polling.run(only: part, now: part != nil)
        }
    }
}
