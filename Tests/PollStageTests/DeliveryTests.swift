import Ledger
import Money
import TestHouse
import Testing

@testable import PollStage

/// How much was delivered, by kind of order (provider-api.md §4).
@Suite struct DeliveryTests {
    /// Type, its parameters, billed units, answer, state and refund of a charge of 6.000000.
    @Test(arguments: [
        ("Package", "{}", 1, #"{"status":"Completed"}"#, "completed|0"),
        ("Package", "{}", 1, #"{"status":"Partial","remains":"0"}"#, "partial|0"),
        ("Package", "{}", 1, #"{"status":"Partial","remains":"1"}"#, "placed|0"),
        ("Package", "{}", 1, #"{"status":"Canceled"}"#, "canceled|6000000"),
        (
            "Custom Comments", #"{"comments":"a\nb\nc"}"#, 3, status("Partial", remains: "1"),
            "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"2","orders":[1,2]}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"9223372036854775807"}"#, "partial|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Completed","runs":"3"}"#,
            "completed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","runs":"0"}"#,
            "canceled|6000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"3","orders":[1,2]}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":"3","orders":[1,{"order":2}]}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":"3","orders":[]}"#, "canceled|6000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"3","orders":[]}"#, "placed|0"
        ),
        // Canceled midway: by its runs, by what remains, or nothing if they do not agree.
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","runs":"2"}"#,
            "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","remains":"100","charge":"0.2"}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":2,"orders":[1,2],"remains":"100"}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":2,"remains":"60"}"#, "partial|1200000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":2,"remains":"0"}"#, "partial|2000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","remains":"300"}"#,
            "canceled|6000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled"}"#,
            "canceled|6000000"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","charge":"0.2"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","runs":"3"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","remains":"0"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":"2","remains":"300"}"#, "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"1","remains":"100"}"#, "placed|0"
        ),
        // A figure of its progress that cannot be read is not the same as none.
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","runs":"2/3"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","runs":"2 of 3","charge":"0"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","orders":"1,2"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Canceled","runs":-1}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300, #"{"status":"Partial","runs":"2.000"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Partial","runs":"2","remains":"301"}"#,
            "placed|0"
        ),
        (
            "Default", #"{"runs":3,"interval":5}"#, 300,
            #"{"status":"Canceled","orders":{"0":1,"1":2}}"#, "partial|2000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Completed","posts":"2/5"}"#, "placed|0"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Completed","posts":"2.000"}"#,
            "placed|0"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Completed","posts":"-1"}"#, "placed|0"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Canceled","posts":"5","orders":[]}"#,
            "canceled|6000000"
        ),
        (
            "Subscriptions", subscription, 600,
            #"{"status":"Canceled","posts":"5","orders":[1,2]}"#,
            "partial|4000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Canceled","posts":"5"}"#,
            "partial|1000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Active","posts":"2","orders":[1,2]}"#,
            "placed|0"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Paused","posts":"2","orders":[1,2]}"#,
            "placed|0"
        ),
        (
            "Subscriptions", subscription, 600,
            #"{"status":"Completed","posts":"6","orders":[1,2,3,4,5,6]}"#, "completed|0"
        ),
        ("Subscriptions", subscription, 600, #"{"status":"Completed","posts":"6"}"#, "completed|0"),
        ("Subscriptions", subscription, 600, #"{"status":"Completed","expiry":""}"#, "completed|0"),
        (
            "Subscriptions", subscription, 600,
            #"{"status":"Completed","posts":"4","orders":[1,2,3,4]}"#, "partial|2000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Expired","posts":"2","orders":[1,2]}"#,
            "partial|4000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Expired","expiry":"01/06/2025"}"#,
            "placed|0"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Canceled","posts":"1","orders":[7]}"#,
            "partial|5000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Canceled","posts":"0","orders":[]}"#,
            "canceled|6000000"
        ),
        (
            "Subscriptions", subscription, 600, #"{"status":"Expired","posts":"99","orders":[]}"#,
            "partial|0"
        ),
    ])
    func `each kind of order settles by its own figures of delivery`(
        type: String, parameters: String, units: Int64, answer: String, fate: String
    ) throws {
        try withHouse {
            .statuses($0) { _ in answer }
        } _: { house, _ in
            let alpha = try house.id(of: "alpha")
            _ = try house.ledger.takeOver(
                [.sample("102", type: type)], of: alpha, at: TickingClock.start)
            try house.accept([
                NewOrder(
                    ref: "", service: ServiceID(102), provider: alpha, link: nil,
                    quantity: type == "Default" ? 100 : nil, parameters: parameters,
                    billedUnits: units, charge: Amount(micros: 6_000_000))
            ])
            try house.place()
            try house.poll()
            #expect(try house.refunds() == [fate])
            // If the figures of a drip-feed order keep it open, that is reported at once.
            if parameters.contains("runs"), fate == "placed|0", !answer.contains("[]") {
                #expect(try house.exceptions() == ["contradictory_figures|1"])
            }
        }
    }

    private static let subscription =
        #"{"username":"a","min":50,"max":100,"posts":6,"delay":0}"#
}
