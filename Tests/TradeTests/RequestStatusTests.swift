import Testing
import Trade

@Suite struct RequestStatusTests {
    @Test(arguments: [
        ("Completed", RequestStatus.completed), ("Refused", .rejected), ("cancelled", .canceled),
        ("Pending", nil), ("In progress", nil), ("Error", nil),
    ])
    func `only a clear word ends a refill`(word: String, end: RequestStatus?) {
        #expect(RefillStatus(word: word).end == end)
    }
}
