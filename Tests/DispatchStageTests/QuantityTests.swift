import Ledger
import LoopbackProvider
import Money
import TestHouse
import Testing

@testable import DispatchStage

/// Whether a quantity is sent with a type that has none. Some panels demand it; others then drop
/// the comments.
@Suite struct QuantityTests {
    private static let orders: [(String?, Int64, String?)] = [
        (#"{"comments":"a\nb\nc"}"#, 3, "3"), (nil, 1, "1"),
        (#"{"username":"anna","min":1,"max":5,"posts":2,"delay":0}"#, 10, nil),
    ]

    @Test(arguments: orders)
    func `always sends the units that are paid for, and by_type nothing`(
        parameters: String?, units: Int64, sent: String?
    ) throws {
        for (settings, quantity) in [("quantity: always", sent), ("", String?.none)] {
            try withHouse(settings) {
                .placed($0)
            } _: { house, provider in
                try house.accept([
                    NewOrder(
                        ref: "", service: ServiceID(101), provider: house.id(of: "alpha"),
                        link: "https://a.example/1", quantity: nil, parameters: parameters,
                        billedUnits: units, charge: Amount(micros: 10_000_000))
                ])
                try house.dispatch()
                #expect(provider.requests.map { $0.field("quantity") } == [quantity])
            }
        }
    }
}
