import ArgumentParser
import Ledger
import Run
import Settings
import Spool
import Stage
import StrictJSON
import Timestamps

extension ProviderCommand {
    /// Ends a pause in the ledger itself, not by a desk file: it moves no money and changes no
    /// user, and the next run of dispatch must see it.
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send orders again to a provider that is mended.",
            discussion: """
                dispatch pauses a failing provider, and tries it again automatically after \
                breaker.open_seconds. This ends the pause now, and also the time for which the \
                provider asked us to wait. Orders go to it from the next run of dispatch on, a few \
                at first. Orders in doubt stay in doubt.
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
                let ledger = try Stage.open(context).ledger
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
                was.append("had asked us to wait until \(until)")
            }
            if let currency = hindrance.otherCurrency { was.append("had named \(currency)") }
            if was.isEmpty { was = ["had failed, and was not paused yet"] }
            return
                "\(name) \(was.joined(separator: " and ")); "
                + "the next run of dispatch sends it orders"
        }
    }
}
