import Ledger
import Money
import Settings
import StrictJSON
import Trade

/// The services that the users of a tariff can order, with their rates, in the trade's words.
struct PriceList {
    let json: [UInt8]
    let csv: [UInt8]

    init(of tariff: Tariff, _ reports: Reports, _ settings: Settings) throws {
        var json = JSONWriter(pretty: true)
        var csv = CSVWriter()
        Self.begin(&json, &csv, settings.currency)
        try reports.forEachOffer(
            on: tariff, minProfit: settings.pricing.minProfitPercent
        ) { offer in
            Self.write(offer, &json)
            Self.write(offer, &csv)
        }
        json.endArray()
        json.endObject()
        self.json = json.drain()
        self.csv = csv.bytes
    }

    private static func begin(
        _ json: inout JSONWriter, _ csv: inout CSVWriter, _ currency: Currency
    ) {
        json.beginObject()
        json.member("services", 1)
        json.member("currency", currency.code)
        json.key("list")
        json.beginArray()
        for name in [
            "service", "name", "category", "type", "rate", "min", "max", "dripfeed", "refill",
            "cancel",
        ] {
            csv.text(name)
        }
        csv.endLine()
    }

    private static func write(_ offer: Offer, _ json: inout JSONWriter) {
        json.beginObject(inline: true)
        json.member("service", offer.service.rawValue)
        json.member("name", offer.name)
        json.member("category", offer.category)
        json.member("type", offer.type.name)
        json.member("rate", "\(offer.rate)")
        json.member("min", offer.minimum)
        json.member("max", offer.maximum)
        for (key, flag) in [
            ("dripfeed", offer.drips), ("refill", offer.refills), ("cancel", offer.cancels),
        ] {
            json.key(key)
            json.bool(flag)
        }
        json.endObject()
    }

    private static func write(_ offer: Offer, _ csv: inout CSVWriter) {
        csv.integer(offer.service.rawValue)
        for text in [offer.name, offer.category, offer.type.name, "\(offer.rate)"] {
            csv.text(text)
        }
        csv.integer(offer.minimum)
        csv.integer(offer.maximum)
        for flag in [offer.drips, offer.refills, offer.cancels] { csv.flag(flag) }
        csv.endLine()
    }
}
