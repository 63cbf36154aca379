import TestHouse
import Testing

@Suite struct ProviderTests {
    private let panel = ObligingPanel()

    @Test func `a provider that answers is reported with balance and time, never with the key`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        let ended = works.run("admin provider test alpha --verbose")
        #expect(ended.status == 0)
        #expect(ended.output.hasPrefix("alpha answered in "))
        #expect(ended.output.hasSuffix(" ms: balance 12.340000 USD"))
        #expect(!(ended.output + ended.log).contains("s3cret"))
    }

    @Test func `a provider that does not answer is an error that says what to check`() throws {
        let works = try Works(buyingFrom: panel)
        try works.configure("http://127.0.0.1:1/api/v2", insteadOf: panel.url)
        let ended = works.run("admin provider test alpha")
        #expect(ended.status == 74)
        #expect(
            ended.log.contains("the provider alpha did not say our balance: it was not reached"))
        #expect(ended.log.contains("check its url and api_key"))
    }

    @Test func `resume ends a pause and reports what it was for`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let none = works.run("admin provider resume alpha")
        #expect(none.status == 0)
        #expect(none.output == "alpha was not paused; nothing was changed")
        try works.alter(
            """
            UPDATE providers SET state = 'paused',
                paused_until = (unixepoch() + 3600) * 1000,
                pause_reason = 'Invalid API key', failures = 2
            """)
        try works.order("l1")
        try works.done("ingest", "dispatch")
        #expect(panel.links == [])
        let ended = works.run("admin provider resume alpha")
        #expect(ended.status == 0)
        #expect(
            ended.output
                == "alpha was paused (Invalid API key); the next run of dispatch sends it orders")
        #expect(
            try works.table("SELECT state, paused_until, pause_reason, failures FROM providers")
                == ["active|-|-|0"])
        try works.done("dispatch", "report audit")
        #expect(panel.links == ["l1"])
    }

    @Test func `a disabled provider is not resumed, and the error says where to enable it`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.configure("allow_http: true, enabled: false", insteadOf: "allow_http: true")
        let ended = works.run("admin provider resume alpha")
        #expect(ended.status == 64)
        #expect(ended.log.contains("alpha is switched off in the configuration (enabled: false)"))
    }

    @Test func `an unknown provider is wrong usage`() throws {
        let ended = try Works(buyingFrom: panel).run("admin provider test beta")
        #expect(ended.status == 64)
        #expect(ended.log.contains("There is no provider beta; the configuration has: alpha."))
    }

    @Test func `a sealed key opens for its provider, and for no other`() throws {
        let works = try Works(buyingFrom: panel)
        let sealed = works.run("admin provider seal alpha", input: "s3cret\n").output
        #expect(!sealed.contains("s3cret"))
        try works.configure(sealed, insteadOf: "api_key: {file: alpha.key}")
        #expect(works.run("admin provider test alpha").status == 0)

        try works.configure("name: beta", insteadOf: "name: alpha")
        let ended = works.run("admin provider test beta")
        #expect(ended.status == 78)
        #expect(ended.log.contains("the master key does not open it for the provider beta"))
    }

    @Test func `nothing to seal is wrong usage`() throws {
        #expect(try Works(buyingFrom: panel).run("admin provider seal alpha").status == 64)
    }
}
