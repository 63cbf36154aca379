import Ledger
import Money
import Timestamps
import Trade

/// The catalogue of the tests: a service of every order type, and a few special ones.
enum Catalogue {
    /// 100 and the place of the type in `OrderType.all`, from 1.
    static func service(of type: OrderType) -> Int {
        101 + OrderType.all.firstIndex(of: type)!
    }

    /// From 100 to 1,000, at 2.00 a thousand; no drip-feed, no refill, no cancel.
    static let plain = 201
    static let disabled = 202
    /// Of a type nobody knows.
    static let unsaleable = 203
    /// Sold at half of its cost.
    static let belowCost = 204
    /// A thousand units cost more than can be counted a hundred times.
    static let priceless = 205

    /// Its provider asks three times its cost since the rate jumped.
    static let jumped = 206

    static func install(in ledger: Ledger) throws {
        let provider = ConfiguredProvider(
            name: "alpha", currency: try Currency(parsing: "USD"), isEnabled: true)
        let alpha = try ledger.providers(configured: [provider])["alpha"]!.id
        _ = try ledger.takeOver(
            OrderType.all.map { entry(service(of: $0), $0.name) } + specials, of: alpha,
            at: Timestamp(milliseconds: 0))
    }

    private static var specials: [PricedService] {
        var plain = entry(Self.plain, "Default", sale: 2_000_000)
        (plain.minimum, plain.maximum) = (100, 1_000)
        (plain.drips, plain.refills, plain.cancels) = (false, false, false)
        var disabled = entry(Self.disabled, "Default")
        disabled.isEnabled = false
        var jumped = entry(Self.jumped, "Default")
        jumped.offered = OfferedPrices(
            rate: Rate(micros: 3_000_000), costRate: Rate(micros: 3_000_000),
            saleRate: Rate(micros: 3_600_000))
        return [
            plain, disabled, entry(unsaleable, "Voodoo"),
            entry(belowCost, "Default", sale: 500_000),
            entry(priceless, "Default", sale: .max / 99), jumped,
        ]
    }

    /// A service that costs 1.00 and is sold at `sale` millionths a thousand, or a package.
    private static func entry(
        _ id: Int, _ type: String, sale: Int64 = 1_200_000
    ) -> PricedService {
        PricedService(
            providerService: "\(id)", name: "Service \(id)", type: type, category: "Instagram",
            rate: Rate(micros: 1_000_000), costRate: Rate(micros: 1_000_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: sale), minimum: 1, maximum: 1_000_000,
            drips: true, refills: true, cancels: true, isEnabled: true)
    }
}
