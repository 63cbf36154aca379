import Testing
import Trade

/// The trade's words for an order, in both directions.
@Suite struct OrderStatusTests {
    private static let known: [OrderStatus] = [
        .pending, .processing, .inProgress, .completed, .partial, .canceled,
    ]

    @Test(arguments: known)
    func `a word that resellers read means the same when a provider says it`(status: OrderStatus) {
        #expect(OrderStatus(word: status.word) == status)
    }

    @Test func `an unknown word is kept as it came`() {
        #expect(OrderStatus(word: "On hold").word == "On hold")
    }

    @Test(arguments: [
        (OrderStatus.pending, "Pending"), (.processing, "Processing"),
        (.inProgress, "In progress"), (.completed, "In progress"), (.partial, "In progress"),
        (.canceled, "In progress"), (.unknown("Error"), "In progress"),
    ])
    func `an order is in progress until its money follows its end`(
        status: OrderStatus, word: String
    ) {
        #expect(status.unsettled.word == word)
    }

    @Test(arguments: [
        ("IN_PROGRESS", "inprogress"), ("In progress", "inprogress"), ("in-progress", "inprogress"),
        ("Iniciado Ñ", "iniciadoñ"),
    ])
    func `a word is the same in any case and with any separators`(word: String, folded: String) {
        #expect(word.folded == folded)
    }
}
