import LoopbackProvider
import Providers
import Testing
import Trade
import Transport

@Suite struct RequestTests {
    static let comments = "Nice & good=100%\n\u{1F600} naïve"

    @Test(arguments: [
        (Action.services, "key=s3cret&action=services"),
        (.balance, "key=s3cret&action=balance"),
        (
            .add(
                service: "101",
                parameters: [("link", "https://a.example/?q=1+2"), ("quantity", "50")]),
            "key=s3cret&action=add&service=101&link=https%3A%2F%2Fa.example%2F%3Fq%3D1%2B2"
                + "&quantity=50"
        ),
        (
            .add(service: "7", parameters: [("comments", comments)]),
            "key=s3cret&action=add&service=7"
                + "&comments=Nice%20%26%20good%3D100%25%0A%F0%9F%98%80%20na%C3%AFve"
        ),
        (.status(["10"]), "key=s3cret&action=status&order=10"),
        (.status(["10", "b-7"]), "key=s3cret&action=status&orders=10%2Cb-7"),
        (.refill(["10"]), "key=s3cret&action=refill&order=10"),
        (.refill(["10", "11"]), "key=s3cret&action=refill&orders=10%2C11"),
        (.refillStatus(["5"]), "key=s3cret&action=refill_status&refill=5"),
        (.refillStatus(["5", "6"]), "key=s3cret&action=refill_status&refills=5%2C6"),
        (.cancel(["10"]), "key=s3cret&action=cancel&orders=10"),
        (.cancel(["10", "11"]), "key=s3cret&action=cancel&orders=10%2C11"),
        (.orders(limit: 50), "key=s3cret&action=orders&limit=50"),
    ])
    func `a form says exactly what is asked`(action: Action, body: String) {
        let call = ProviderEndpoint.sample().call(action)
        #expect(String(decoding: call.body, as: UTF8.self) == body)
        #expect(call.contentType == "application/x-www-form-urlencoded")
    }

    @Test(arguments: [
        (Action.balance, #"{"key":"s3cret","action":"balance"}"#),
        (
            .add(
                service: "101",
                parameters: [
                    ("link", "https://a.example"), ("quantity", "50"), ("hashtag", "2024"),
                ]),
            #"{"key":"s3cret","action":"add","service":101,"link":"https://a.example","#
                + #""quantity":50,"hashtag":"2024"}"#
        ),
        (
            .add(service: "ig-7", parameters: [("comments", "10\n\"20\""), ("delay", "5")]),
            #"{"key":"s3cret","action":"add","service":"ig-7","comments":"10\n\"20\"","delay":5}"#
        ),
        (.status(["10"]), #"{"key":"s3cret","action":"status","order":10}"#),
        (.status(["007"]), #"{"key":"s3cret","action":"status","order":"007"}"#),
        (.status(["10", "11"]), #"{"key":"s3cret","action":"status","orders":"10,11"}"#),
    ])
    func `JSON has numbers for counts and strings for texts`(
        action: Action, body: String
    ) {
        let call = ProviderEndpoint.sample(encoding: .json).call(action)
        #expect(String(decoding: call.body, as: UTF8.self) == body)
        #expect(call.contentType == "application/json")
    }

    @Test(arguments: [RequestEncoding.form, .json])
    func `the bytes on the wire are those of the call`(encoding: RequestEncoding) throws {
        try withProvider { _ in
            .reply("{}")
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url, encoding: encoding)
            let call = endpoint.call(.order("https://a.example/\u{1F600}"))
            _ = try Transport(capacity: 1).run(call)
            let request = try #require(provider.requests.first)
            #expect(request.body == call.body)
            let head = request.head.split(separator: "\r\n")
            #expect(head.first == "POST /api/v2 HTTP/1.1")
            #expect(head.contains("Content-Type: \(call.contentType)"))
            #expect(head.contains("Content-Length: \(call.body.count)"))
            #expect(head.contains("User-Agent: smm-guru/0.1"))
        }
    }

    @Test func `an endpoint printed whole does not show its key`() {
        let endpoint = ProviderEndpoint.sample()
        var dumped = ""
        dump(endpoint, to: &dumped)
        for text in ["\(endpoint)", String(reflecting: endpoint), dumped] {
            #expect(!text.contains("s3cret"))
        }
    }
}
