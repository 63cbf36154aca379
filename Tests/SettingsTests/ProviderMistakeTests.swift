import Testing

@Test(arguments: [
    "many", "\"16\"", "0", "1025", "016", "0x10", "1_0", "1e1", "+1", "-1", "1.0", "~", "[1]",
    "{a: 1}",
    "99999999999999999999",
])
func `a whole number is written plainly, and within its bounds`(value: String) {
    let found = problems(provider("in_flight: \(value)"))
    #expect(found.count == 1)
    #expect(
        found.first?.hasSuffix("it must be a whole number from 1 to 1024.") == true, "\(found)")
}

@Test(arguments: [
    ("name: Alpha", "name is \"Alpha\"; it must be a name of 1 to 32 characters a-z, 0-9 and -."),
    (
        "url: \"http://a.example\"",
        """
        url is the text "http://a.example"; it must be an https:// URL (http:// needs allow_http: \
        true) with a host, and without user, password or fragment.
        """
    ),
    (
        "api_key: 5ecret",
        """
        api_key is a value that is not shown; it must be one of {env: NAME}, {file: PATH}, \
        {sealed: TEXT}.
        """
    ),
    (
        "currency: EUR",
        "currency is \"EUR\"; it must be the house currency or one with an exchange rate: USD."
    ),
    ("enabled: yes", "enabled is \"yes\"; it must be true or false."),
    ("encoding: xml", "encoding is \"xml\"; it must be one of form, json."),
    ("timeouts: {total: 0}", "timeouts.total is \"0\"; it must be a whole number from 1 to 3600."),
    ("errors: {fund: [a]}", "errors.fund is not a setting; did you mean funds?"),
    ("errors: {funds: [\"\"]}", "errors.funds[0] is the text \"\"; it must be a text on one line."),
    (
        "breaker: {doubts: none}",
        "breaker.doubts is \"none\"; it must be a whole number from 1 to 1000."
    ),
])
func `a mistake in a provider is found`(setting: String, problem: String) {
    let found = problems(provider(setting))
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix(": providers[0].\(problem)") == true, "\(found)")
}

@Test func `a provider with a mistake is still known to the catalogue`() {
    let found = problems(
        "currency: USD\nproviders: [{name: alpha}]\ncatalogue: {rules: [{provider: alpha}]}")
    #expect(found.allSatisfy { $0.contains("providers[0]") })
    #expect(found.count == 3)
}

@Test func `two providers cannot have one name`() {
    #expect(
        problems("currency: USD\nproviders:\n- \(alpha)\n- \(alpha)") == [
            """
            pipeline.yaml:4:10: providers[1].name is "alpha"; it must be a name that no other \
            provider has.
            """
        ])
}

@Test(arguments: [
    (
        "rules: [{provider: beta}]",
        """
        8: catalogue.rules[0].provider is "beta"; it must be the name of a configured provider: \
        alpha.
        """
    ),
    (
        "services: [{provider: alpha}]",
        "9: catalogue.services[0].service is missing; it must be a text on one line."
    ),
    (
        "services: [{provider: alpha, service: 1, min: 5, max: 4}]",
        "48: catalogue.services[0].min is \"5\"; it must be at most max, which is 4."
    ),
    (
        "services: [{provider: alpha, service: 1}, {provider: alpha, service: 1}]",
        """
        70: catalogue.services[1].service is "1"; it must be a service that is not overridden \
        already.
        """
    ),
    (
        "services: [{provider: beta, service: 1}]",
        """
        23: catalogue.services[0].provider is "beta"; it must be the name of a configured \
        provider: alpha.
        """
    ),
    (
        "services: [{provider: alpha, service: 1, backups: [{provider: beta, service: 1}]}]",
        """
        63: catalogue.services[0].backups[0].provider is "beta"; it must be the name of a \
        configured provider: alpha.
        """
    ),
])
func `a mistake in the catalogue is found`(yaml: String, problem: String) {
    let files = ["config/catalogue.yaml": yaml]
    let found = problems(
        "currency: USD\nproviders: [\(alpha)]\ncatalogue: catalogue.yaml", beside: files)
    #expect(found.count == 1)
    let offset = problem.split(separator: ":", maxSplits: 1)
    #expect(found.first?.hasSuffix(":\(offset[1])") == true, "\(found)")
    #expect(found.first?.hasPrefix("catalogue.yaml:1:") == true)
}

/// A configuration whose only provider has this setting in place of the usual one.
private func provider(_ setting: String) -> String {
    let name = setting.prefix { $0 != ":" }
    let usual = [
        "name: alpha", "url: \"https://a.example\"", "api_key: {env: ALPHA_KEY}", "currency: USD",
    ]
    let settings = usual.filter { !$0.hasPrefix("\(name):") } + [setting]
    return "currency: USD\nproviders: [{\(settings.joined(separator: ", "))}]"
}
