import Providers
import Testing
import Trade
import Transport

/// The words of real panels, and what they mean (provider-api.md §8).
@Suite struct WordTests {
    @Test(arguments: [
        ("Your account is inactive", ErrorClass.auth), ("Account has been suspended.", .auth),
        ("The key field is required.", .auth), ("The action field is required.", .auth),
        ("Insufficient funds", .funds), ("Your balance is insufficient", .funds),
        ("You do not have sufficient balance", .funds), ("Saldo tidak cukup", .funds),
        ("Not enough funds", .funds),
        ("Service not found", .service), ("service not found or inactive", .service),
        ("Package or Service is disabled", .service),
        ("Package or Service is not supported", .service), ("ServiceID not found", .service),
        ("Invalid service id", .service), ("Provider API not configured", .service),
        ("There is an order with the same link that is already in progress", .duplicate),
        ("Incorrect link", .input), ("Bad link", .input), ("Invalid link format", .input),
        ("Link is required", .input), ("The quantity field is required.", .input),
        ("Missing required parameters", .input), ("Invalid parameters", .input),
        ("Quantity must be between 10 and 100", .input), ("Quantity must be maksimum 5", .input),
        ("Quantity more than maximal 5", .input), ("Quantity less than maximum 5", .input),
        ("Quantity out of bounds", .input), ("Quantity not found", .input),
        ("The quantity specified must be a number", .input), ("Please follow the limit", .input),
        ("Invalid runs", .input), ("Invalid interval", .input),
        ("Too many requests", .throttle), ("Too many invalid requests", .throttle),
        ("Order not found", .notFound), ("No order was placed with this ORDER ID", .notFound),
        ("OrderID not found", .notFound),
        ("Please try again", nil), ("Order could not be placed", nil), ("Provider error", nil),
        ("Database connection failed", nil), ("Layanan tidak ditemukan", nil),
    ])
    func `a real panel's words have their class`(words: String, errorClass: ErrorClass?) {
        #expect(ErrorClass.of(words) == errorClass)
    }

    @Test func `evidence of a doubt shows the setting that would class the words`() {
        let reply = Finished.reply(#"{"error":"Layanan \"A\" tidak ditemukan"}"#)
        guard case .unknown(let evidence) = PlacementOutcome(of: reply, from: endpoint) else {
            Issue.record("it is in doubt")
            return
        }
        #expect(
            evidence.contains(#"errors: {service: ["Layanan \"A\" tidak ditemukan"]} "#),
            "\(evidence)")
        let classed = ProviderEndpoint.sample(
            extraErrors: [.service: [#"Layanan "A" tidak ditemukan"#]])
        #expect(Verdict(PlacementOutcome(of: reply, from: classed)) == .refused(.service))
    }

    @Test(arguments: [400, 403, 404, 405, 422, 503])
    func `a refusal is classed by its words, with any status`(status: Int) {
        func verdict(_ body: String) -> Verdict {
            Verdict(PlacementOutcome(of: .reply(body, status: status), from: endpoint))
        }
        #expect(verdict(#"{"error":"Service not found"}"#) == .refused(.service))
        #expect(verdict(#"{"success":false,"error":"Bad link"}"#) == .refused(.input))
        #expect(verdict(#"{"message":"Bad link"}"#) == .refused(.input))
        #expect(verdict(#"{"error":"Bad Request","message":"Bad link"}"#) == .refused(.input))
        #expect(
            verdict(#"{"message":"Invalid.","errors":{"link":["The link field is required."]}}"#)
                == .refused(.input))
        #expect(verdict(#"{"error":"Insufficient funds","code":1}"#) == .later(.funds))
        #expect(verdict(#"{"error":"Please try again"}"#) == .doubt)
        #expect(verdict(#"{"message":"Please try again"}"#) == .doubt)
        #expect(verdict("<html>Bad link</html>") == .doubt)
    }

    @Test(arguments: [
        (401, Verdict.later(.auth)), (402, .later(.funds)), (429, .later(.throttle)),
    ])
    func `some statuses are definite, with any words`(status: Int, verdict: Verdict) {
        for body in ["", "<html>", #"{"error":"Nanti lagi"}"#, #"{"error":"Bad link"}"#] {
            #expect(
                Verdict(PlacementOutcome(of: .reply(body, status: status), from: endpoint))
                    == verdict)
        }
        let withID = Finished.reply(#"{"order":5}"#, status: status)
        #expect(Verdict(PlacementOutcome(of: withID, from: endpoint)) == .doubt)
    }

    @Test(arguments: ["Not enough funds", "Incorrect API key"])
    func `a panel may pass on its supplier's complaint, and the evidence says so`(
        words: String
    ) {
        for (status, isTold) in [(200, false), (400, true)] {
            let reply = Finished.reply(#"{"error":"\#(words)"}"#, status: status)
            guard case .notPlaced(let postponement) = PlacementOutcome(of: reply, from: endpoint)
            else {
                Issue.record("it is definite")
                continue
            }
            #expect(postponement.text.hasPrefix(words))
            #expect(postponement.text.contains("its supplier") == isTold)
        }
    }

    @Test(arguments: [
        #"{"success":"It will be cancelled soon"}"#, #"{"10":{"success":"Cancel requested"}}"#,
        #"[{"order":10,"cancel":"accepted"}]"#, #"{"status":"success","message":"Sent"}"#,
        #"{"success":1,"message":"Your order was not started yet"}"#,
    ])
    func `a sentence that says yes is a yes`(body: String) throws {
        #expect(
            try endpoint.cancels(of: ["10"], in: .reply(body)).get()
                == ["10": .report(Acceptance())])
    }

    @Test(arguments: [
        (
            #"{"10":"Order is being looked at"}"#,
            Answer<Acceptance>.unclear("Order is being looked at")
        ),
        (#"{"message":"Wir melden uns"}"#, .unclear("Wir melden uns")),
        (#"{"cancel":"Cannot be cancelled"}"#, .error("Cannot be cancelled")),
        (#"{"cancel":"no"}"#, .error("no")),
        (#"{"message":"Not possible"}"#, .error("Not possible")),
        (#"{"success":false,"message":"Later"}"#, .error("Later")),
        (#"{"cancel":{"error":"Wir melden uns"}}"#, .error("Wir melden uns")),
    ])
    func `a sentence that is not understood is not a no`(body: String, answer: Answer<Acceptance>)
        throws
    {
        #expect(try endpoint.cancels(of: ["10"], in: .reply(body)).get() == ["10": answer])
    }

    @Test(arguments: [200, 400, 422])
    func `unknown words refuse a refill, with any status`(status: Int) throws {
        let reply = Finished.reply(#"{"error":"Nicht moeglich"}"#, status: status)
        #expect(
            try endpoint.refills(of: ["10"], in: reply).get() == ["10": .error("Nicht moeglich")])
    }
}
