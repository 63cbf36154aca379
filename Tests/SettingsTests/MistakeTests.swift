import Settings
import TestSupport
import Testing

@Test func `a mistake names its file, line, column and setting, and the remedy`() {
    let folder = TemporaryFolder()
    folder.write("- name: alpha\n  in_flight: many\n", to: "config/providers.yaml")
    let error = #expect(throws: SettingsError.self) {
        try load("currency: USD\nproviders: providers.yaml", in: folder)
    }
    #expect(
        error?.problems.map(\.description).contains(
            """
            \(folder.path)/config/providers.yaml:2:14: providers[0].in_flight is "many"; \
            it must be a whole number from 1 to 1024. Nothing was run.
            """) == true)
}

@Test(arguments: [
    // Misuse of YAML.
    ("", "1:1: the file is empty; it must hold settings."),
    (
        "currency: [",
        """
        2:1: this cannot be read: a value is missing (libyaml: did not find expected node \
        content).
        """
    ),
    ("a: &x 1", "1:4: this cannot be read: an anchor; write the value where it is used."),
    ("a: *x", "1:4: this cannot be read: an alias; write the value itself."),
    ("a: !!str x", "1:4: this cannot be read: a tag; write the value alone."),
    ("a: 1\n---\nb: 2", "2:1: this cannot be read: a second document begins here."),
    ("[a]: 1", "1:1: this cannot be read: a key that is not a single word."),
    ("- a", "1:1: the file is a list; it must be a section of settings."),
    // Keys.
    (
        "{}",
        """
        1:1: currency is missing; it must be a currency code of three to five capital letters, \
        such as USD.
        """
    ),
    ("currency: USD\ncurrency: EUR", "2:1: currency is set twice; it must be set once."),
    ("currency: USD\ncurency: EUR", "2:1: curency is not a setting; did you mean currency?"),
    (
        "currency: USD\nfees: {tax: 1}",
        "2:8: fees.tax is not a setting; it must be one of deposit, withdrawal."
    ),
    (
        "currency: USD\n\"a\\nb\": 1",
        """
        2:1: "a\\nb" is not a setting; it must be one of currency, spool, ledger, accounts, \
        reports, intake, dispatch, poll, pricing, fees, exchange_rates, duplicate_links, links, \
        master_key, providers, catalogue, mail, public_url, desks, upload.
        """
    ),
    // Values.
    (
        "currency: usd",
        """
        1:11: currency is "usd"; it must be a currency code of three to five capital letters, \
        such as USD.
        """
    ),
    (
        "currency:",
        """
        1:10: currency is empty; it must be a currency code of three to five capital letters, \
        such as USD.
        """
    ),
    ("currency: USD\nintake:", "2:8: intake is empty; it must be a section of settings."),
    ("currency: USD\nproviders: {a: b}", "2:12: providers is a section; it must be a list."),
    (
        "currency: USD\nduplicate_links: never",
        "2:18: duplicate_links is \"never\"; it must be one of wait, reject, allow."
    ),
    (
        "currency: USD\nlinks: {tracking_parameters: [igsh, \"a=b\"]}",
        """
        2:37: links.tracking_parameters[1] is the text "a=b"; it must be the name of a link's \
        parameter, such as igsh, or utm_* for all that begin so.
        """
    ),
    (
        "currency: USD\nlinks: {tracking_parameters: [\"*\"]}",
        """
        2:31: links.tracking_parameters[0] is the text "*"; it must be the name of a link's \
        parameter, such as igsh, or utm_* for all that begin so.
        """
    ),
    (
        "currency: USD\nspool: \"a\\nb\"",
        """
        2:8: spool is the text "a\\nb"; it must be a path on one line, written out (/home/…): ~ \
        and $HOME are not expanded.
        """
    ),
    (
        "currency: USD\nledger: ~/ledger.sqlite",
        """
        2:9: ledger is "~/ledger.sqlite"; it must be a path on one line, written out (/home/…): ~ \
        and $HOME are not expanded.
        """
    ),
    (
        "currency: USD\nproviders: $HOME/providers.yaml",
        """
        2:12: providers is "$HOME/providers.yaml"; it must be a path on one line, written out \
        (/home/…): ~ and $HOME are not expanded.
        """
    ),
    (
        "currency: USD\npricing: {profit_percent: -1}",
        """
        2:27: pricing.profit_percent is "-1"; it must be a percentage such as "12.5", zero or \
        more, with at most 6 decimals.
        """
    ),
    (
        "currency: USD\nfees: {deposit: {fixed: \"1.0000001\"}}",
        """
        2:25: fees.deposit.fixed is the text "1.0000001"; it must be an amount such as "12.50", \
        zero or more, with at most 6 decimals.
        """
    ),
    (
        "currency: USD\nexchange_rates: {EUR: 0}",
        """
        2:23: exchange_rates.EUR is "0"; it must be a rate such as "1.08", more than zero, with \
        at most 12 decimals.
        """
    ),
    (
        "currency: USD\nexchange_rates: {eur: 1}",
        """
        2:18: a name in exchange_rates is "eur"; it must be a currency code of three to five \
        capital letters, such as USD.
        """
    ),
    (
        "currency: USD\nexchange_rates: {USD: 1}",
        """
        2:18: a name in exchange_rates is "USD"; it must be a currency other than the house's, \
        which needs no rate.
        """
    ),
    (
        "currency: USD\nmail: {from: a@b, url: \"smtp://u:p@host\"}",
        """
        2:24: mail.url is a value that is not shown; it must be an smtp:// or smtps:// URL with a \
        host, and without user or password.
        """
    ),
    (
        "currency: USD\nmail: {from: a, url: \"smtp://host\"}",
        "2:14: mail.from is \"a\"; it must be a mail address such as panel@example.com."
    ),
    (
        "currency: USD\nproviders: no.yaml",
        """
        2:12: providers is no.yaml, which cannot be read: it is not there (No such file or \
        directory); it must be the settings themselves or a file that can be read.
        """
    ),
    // A secret written in the open is not shown.
    (
        "currency: USD\nmaster_key: 5ecret",
        """
        2:13: master_key is a value that is not shown; it must be one of {env: NAME}, {file: \
        PATH}.
        """
    ),
    (
        "currency: USD\nmaster_key: {env: 5ecret}",
        """
        2:19: master_key.env is a value that is not shown; it must be the name of an environment \
        variable: capital letters, digits and _.
        """
    ),
    (
        "currency: USD\nmaster_key: {env: A, file: b}",
        "2:13: master_key is a section of 2 settings; it must be one of {env: NAME}, {file: PATH}."
    ),
    (
        "currency: USD\nmaster_key: {sealed: x}",
        "2:14: master_key.sealed is not a setting; it must be one of env, file."
    ),
])
func `a mistake in the main file is found`(yaml: String, problem: String) {
    #expect(problems(yaml) == ["pipeline.yaml:\(problem)"])
}

@Test func `a byte order mark is ignored, and UTF-16 is reported`() throws {
    let folder = TemporaryFolder()
    let marked = folder.write([0xEF, 0xBB, 0xBF] + Array("currency: USD".utf8), to: "marked.yaml")
    #expect(try Settings.load(from: marked).providers.isEmpty)
    let wide = folder.write([0xFF, 0xFE, 0x63, 0, 0x75, 0], to: "wide.yaml")
    let error = #expect(throws: SettingsError.self) { try Settings.load(from: wide) }
    #expect(
        error?.problems.map(\.text) == ["the file is UTF-16; save it as UTF-8."])
}

@Test func `all mistakes of all files are reported at once, in order`() {
    let found = problems(
        """
        catalogue: catalogue.yaml\nproviders: providers.yaml\nspol: x\ncurrency: USD\nintake: \
        {settle_seconds: x}
        """,
        beside: [
            "config/providers.yaml": "- name: A\n  url: x\n",
            "config/catalogue.yaml": "sync_every: x\nrules: x\n",
        ])
    #expect(
        found.map { $0.prefix { $0 != " " } } == [
            "pipeline.yaml:3:1:", "pipeline.yaml:5:26:",
            "providers.yaml:1:3:", "providers.yaml:1:3:", "providers.yaml:1:9:",
            "providers.yaml:2:8:",
            "catalogue.yaml:1:13:", "catalogue.yaml:2:8:",
        ])
}

@Test(arguments: [
    ("a: b: c", "a colon is not allowed here"), ("a:\n\tb: 2", "blanks, not tabs"),
    ("a: 1\n\tb: 2", "indent with blanks"), ("a: @x", "between quotation marks"),
    ("a: \"\\q\"", "use single quotation marks"), ("a: 'x", "is not closed"),
    ("a: [1\nb: 2", "a comma or the closing bracket is missing"),
    ("a: 1\n b: 2", "a colon is not allowed here"), ("a: 1\nb", "needs a colon"),
    ("a:\n  - 1\n  b: 2", "not indented like"), ("a: - b", "on a line of its own, indented"),
    ("a: \u{1}", "a control character"),
])
func `a text that is not YAML is reported with the remedy`(text: String, words: String) throws {
    let told = try #require(problems(text).first)
    #expect(told.contains(words), "\(told)")
    #expect(told.contains("(libyaml: "))
    #expect(RawWords.alone(in: told) == nil)
}

@Test func `a file that is missing, too long, too deep or not UTF-8 is refused`() {
    #expect(throws: SettingsError.self) { try Settings.load(from: "/nonexistent/pipeline.yaml") }
    let long = "currency: USD\n" + String(repeating: "# \n", count: 100_000)
    #expect(problems(long).first?.contains("it is longer than 262144 bytes") == true)
    let deep = String(repeating: "[", count: 100_000)
    #expect(
        problems(deep) == [
            "pipeline.yaml:1:17: this cannot be read: lists and sections nested more than 16 deep."
        ])

    let folder = TemporaryFolder()
    let path = folder.write(Array("currency: USD\nspool: é".utf8) + [0xFF], to: "pipeline.yaml")
    let error = #expect(throws: SettingsError.self) { try Settings.load(from: path) }
    #expect(error?.problems.first?.location.line == 2)
    #expect(error?.problems.first?.location.column == 9)
}
