import ArgumentParser
import BatchFiles
import Ledger
import Stage
import StrictJSON

/// `admin release`: a person agrees to the rate that keeps a service waiting.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Agree to a provider's new rate after a jump.",
        discussion: """
            A rate that changed by more than max_price_change_percent waits in quarantine: the \
            service keeps its price, and is not sold below what its provider asks. You agree to \
            the rate that is offered now; if it changes before ingest runs, nothing is released.

            A service that its provider refused as unknown is on sale again as soon as ingest has \
            run, if the rules of catalogue.yaml sell it. The provider's next list takes it off \
            sale again if the service is not on it.
            """)

    @OptionGroup var options: DeskOptions

    @Argument(help: "The service's number here.", transform: ArgumentText.service)
    var service: ServiceID

    func run() async throws {
        try await options.drop { stage in
            guard let known = try stage.ledger.knownService(service) else {
                throw ValidationError("There is no service \(service); nothing was dropped.")
            }
            let offered = known.service.offered?.rate
            guard offered != nil || known.withheld == .refused else {
                throw ValidationError("Service \(service) waits for nothing; nothing was dropped.")
            }
            let meaning =
                offered.map { "costs \($0), not \(known.service.rate)" }
                ?? (known.isWanted && known.service.fault == nil
                    ? "is on sale again" : "may be bought again; catalogue.yaml does not sell it")
            return DeskLines(
                kind: .releases, words: "release-\(service)",
                meaning: "service \(service) \(meaning)"
            ) { json in
                json.member("service", service.rawValue)
                json.given("rate", offered.map { "\($0)" })
            }
        }
    }
}
