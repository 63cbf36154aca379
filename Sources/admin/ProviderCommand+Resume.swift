import ArgumentParser
import Ledger
import Run
import SQLiteTables
import Settings
import Spool
import StrictJSON
import Timestamps

extension ProviderCommand {
    /// Ends a pause in the ledger itself, not by a desk file: it moves no money and changes no
    /// user, and the next run of dispatch should see it.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send orders to a provider again whose trouble is mended.",
            discussion: """
                dispatch pauses a provider that fails, and tries it again by itself after \
                breaker.open_seconds. This ends the pause now, and the time for which the provider asked \
                to be left alone. Orders go to it from the next run of dispatch on, a few at first. \
                Orders in doubt stay in doubt.
                """)

        @OptionGroup var options: StageOptions

        @Argument(help: "The provider's name in the configuration.")
        var name: String

        func run() async throws {
            try await options.look("admin") { context in
                guard try context.settings.configured(name).isEnabled else {
                    throw ValidationError(
                        """
                        \(name) is switched off in the configuration (enabled: false); nothing was \
                        changed. Switch it on there.
                        """)
                }
                let spool = try Spool.open(at: context.settings.spool, program: context.program)
                let ledger = try Ledger.open(
                    in: SQLiteFile(context.settings.ledger), currency: context.settings.currency,
                    lastSeenIn: spool.generationFile)
                let hindrance = try ledger.release(name, at: context.clock.now())
                try Answer.give(options, Self.sentence(name, hindrance)) { json in
                    json.member("provider", name)
                    json.key("resumed")
                    json.bool(hindrance != nil)
                    json.member("reason", hindrance?.reason)
                }
            }
        }

        private static func sentence(_ name: String, _ hindrance: Hindrance?) -> String {
            guard let hindrance else { return "\(name) was not paused; nothing was changed" }
            var was: [String] = []
            if hindrance.isPaused {
                was.append("was paused" + (hindrance.reason.map { " (\($0))" } ?? ""))
            }
            if let until = hindrance.throttledUntil {
                was.append("was to be left alone until \(until)")
            }
            if let currency = hindrance.otherCurrency { was.append("had named \(currency)") }
            if was.isEmpty { was = ["had failed, and was not paused yet"] }
            return
                "\(name) \(was.joined(separator: " and ")); the next run of dispatch sends it orders"
        }
    }
}
