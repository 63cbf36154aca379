import Ledger
import Money
import Providers
import Trade

/// A service as its provider lists it, with what our rules say about it: everything that does not
/// depend on the service's past.
struct ServiceTerms {
    let entry: CatalogueEntry
    let name: String
    let category: String
    let minimum: Int64
    let maximum: Int64
    let profit: Percent
    let profitFixed: Amount
    /// The sale rate that `catalogue.yaml` sets, whatever the cost.
    let price: Rate?
    let exchangeRate: ExchangeRate
    /// Whether the rules and overrides sell it.
    let isWanted: Bool
}

extension ServiceTerms {
    /// The service as it is sold from now on.
    ///
    /// If the rate differs by more than `maxChange` from the one that it is sold at, it is only
    /// offered. Until the operator releases it, the old rate makes the prices, and the offered one
    /// guards the margin. This holds in both directions, because the provider's mistake may go
    /// either way.
    func priced(over known: PricedService?, maxChange: Percent) -> PricedService {
        guard let rate = entry.rate, let listed = prices(at: rate) else {
            return unpriced(over: known)
        }
        var service = service(at: listed)
        if let known, known.fault == nil, service.isEnabled,
            !rate.isWithin(maxChange, of: known.rate), let kept = prices(at: known.rate)
        {
            service = self.service(at: kept)
            service.offered = listed
        }
        return service
    }

    /// Why it cannot be sold at all.
    private var fault: String? {
        if let fault = entry.fault { return fault }
        if OrderType.named(entry.type) == nil {
            return "its type, \(entry.type), cannot be ordered"
        }
        if entry.rate?.micros == 0, price == nil {
            return "its rate is 0; a price in catalogue.yaml sells it all the same"
        }
        if minimum > maximum { return "its min, \(minimum), is more than its max, \(maximum)" }
        return nil
    }

    /// The prices at a rate of the provider; nil if they are too large to count.
    private func prices(at rate: Rate) -> OfferedPrices? {
        guard let cost = try? PriceRule.cost(of: rate, at: exchangeRate),
            let sale = try? PriceRule.sale(of: cost, profit: profit, fixed: profitFixed)
        else { return nil }
        return OfferedPrices(rate: rate, costRate: cost, saleRate: price ?? sale)
    }

    private func service(at prices: OfferedPrices) -> PricedService {
        PricedService(
            providerService: entry.service, name: name,
            type: OrderType.named(entry.type)?.name ?? entry.type, category: category,
            rate: prices.rate, costRate: prices.costRate,
            profit: price.map { PriceRule.profit(of: $0, over: prices.costRate) } ?? profit,
            profitFixed: price == nil ? profitFixed : .zero, saleRate: prices.saleRate,
            minimum: minimum,
            maximum: maximum, drips: entry.dripfeed, refills: entry.refill,
            cancels: entry.cancel, isEnabled: isWanted && fault == nil, fault: fault)
    }

    /// A service without a known price is not sold. If the service is known, the rest of it stays
    /// as it was, because its open orders are expected to cost what they cost before. A new one
    /// gets a price that nobody can pay.
    private func unpriced(over known: PricedService?) -> PricedService {
        let most = Rate(micros: .max)
        let beyond = OfferedPrices(rate: entry.rate ?? most, costRate: most, saleRate: most)
        var service = known ?? self.service(at: beyond)
        service.isEnabled = false
        service.fault = fault ?? "its rate, \(beyond.rate), comes to more than can be counted"
        return service
    }
}
