import Providers
import Testing
import Trade

@Suite struct ErrorClassTests {
    @Test(arguments: [
        ("Invalid API key", ErrorClass.auth), ("incorrect api KEY.", .auth),
        ("user_inactive", .auth), ("API is Disable for this user", .auth),
        ("Not enough funds on balance", .funds), ("neworder.error.not_enough_funds", .funds),
        ("Insufficient balance!", .funds),
        ("Incorrect service ID", .service), ("Service ID does not exists", .service),
        ("error.incorrect_service_id", .service), ("error.invalid_service", .service),
        ("neworder.error.service_inactive", .service), ("service_not_found", .service),
        ("You have active order with this link. Please wait.", .duplicate),
        ("neworder.error.link_duplicate", .duplicate), ("error.duplicate_order", .duplicate),
        ("Quantity less than minimal 100", .input), ("Quantity more than maximum 9", .input),
        ("min_quantity", .input), ("max_quantity", .input), ("not_enough_quantity", .input),
        ("neworder.error.link", .input), ("invalid_link", .input), ("link_not_found", .input),
        ("Incorrect request", .input),
        ("Rate limit exceeded", .throttle), ("Too many orders", .throttle),
        ("too_many_orders", .throttle),
        ("Incorrect order ID", .notFound), ("Refill not found", .notFound),
        ("Неверный ключ", nil), ("", nil), ("error", nil),
    ])
    func `a text of the trade has its class, in any case, wherever it stands`(
        text: String, errorClass: ErrorClass?
    ) {
        #expect(ErrorClass.of(text) == errorClass)
        #expect(ErrorClass.of("Error: \(text.uppercased())") == errorClass)
    }

    @Test func `a provider's own texts come first`() {
        let extra: [ErrorClass: [String]] = [.duplicate: ["bereits aktiv"], .input: ["API key"]]
        #expect(ErrorClass.of("Link ist BEREITS aktiv", extra: extra) == .duplicate)
        #expect(ErrorClass.of("Invalid API key", extra: extra) == .input)
        #expect(ErrorClass.of("Incorrect service ID", extra: extra) == .service)
    }

    @Test func `only ASCII letters are folded`() {
        let extra: [ErrorClass: [String]] = [.funds: ["BAKİYE"]]
        #expect(ErrorClass.of("bakiye", extra: extra) == nil)
        #expect(ErrorClass.of("baKİye", extra: extra) == .funds)
    }
}
