import GRDB
import Testing

@Suite struct ProviderTests {
    @Test func `a provider that answers is told with balance and time, and without the key`() throws
    {
        let shop = Shop()
        let ended = try shop.run("admin provider test alpha --verbose")
        #expect(ended.status == 0)
        #expect(ended.output.hasPrefix("alpha answered in "))
        #expect(ended.output.hasSuffix(" ms: balance 12.340000 USD"))
        #expect(!(ended.output + ended.log).contains("s3cret"))
    }

    @Test func `a provider that does not answer is an error that says what to check`() throws {
        let shop = Shop()
        try shop.configure("http://127.0.0.1:1", insteadOf: "http://127.0.0.1:\(shop.panel.port)")
        let ended = try shop.run("admin provider test alpha")
        #expect(ended.status == 74)
        #expect(
            ended.log.contains("the provider alpha did not tell our balance: it was not reached"))
        #expect(ended.log.contains("check its url and api_key"))
    }

    @Test func `a pause is ended by a person, who is told what it was`() throws {
        let shop = Shop()
        try shop.open()
        let none = try shop.run("admin provider resume alpha")
        #expect(none.status == 0)
        #expect(none.output == "alpha was not paused; nothing was changed")
        try DatabaseQueue(path: shop.ledgerPath).write {
            try $0.execute(
                sql: """
                    UPDATE providers SET state = 'paused',
                        paused_until = (unixepoch() + 3600) * 1000,
                        pause_reason = 'Invalid API key', failures = 2
                    """)
        }
        shop.order("l1")
        try shop.done("ingest", "dispatch")
        #expect(shop.panel.links == [])
        let ended = try shop.run("admin provider resume alpha")
        #expect(ended.status == 0)
        #expect(
            ended.output
                == "alpha was paused (Invalid API key); the next run of dispatch sends it orders")
        #expect(
            try shop.table("SELECT state, paused_until, pause_reason, failures FROM providers")
                == [#""active"|NULL|NULL|0"#])
        try shop.done("dispatch", "report audit")
        #expect(shop.panel.links == ["l1"])
    }

    @Test func `one that is switched off is not resumed, and it is said where it is switched on`()
        throws
    {
        let shop = Shop()
        try shop.configure("allow_http: true, enabled: false", insteadOf: "allow_http: true")
        let ended = try shop.run("admin provider resume alpha")
        #expect(ended.status == 64)
        #expect(ended.log.contains("alpha is switched off in the configuration (enabled: false)"))
    }

    @Test func `an unknown provider is wrong usage`() throws {
        let ended = try Shop().run("admin provider test beta")
        #expect(ended.status == 64)
        #expect(ended.log.contains("There is no provider beta; the configuration has: alpha."))
    }

    @Test func `a sealed key opens for its provider, and for no other`() throws {
        let shop = Shop()
        let sealed = try shop.run("admin provider seal alpha", input: "s3cret\n").output
        #expect(!sealed.contains("s3cret"))
        try shop.configure(sealed, insteadOf: "api_key: {file: alpha.key}")
        #expect(try shop.run("admin provider test alpha").status == 0)

        try shop.configure("name: beta", insteadOf: "name: alpha")
        let ended = try shop.run("admin provider test beta")
        #expect(ended.status == 78)
        #expect(ended.log.contains("the master key does not open it for the provider beta"))
    }

    @Test func `nothing to seal is wrong usage`() throws {
        #expect(try Shop().run("admin provider seal alpha").status == 64)
    }
}
