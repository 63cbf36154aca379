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
