import BatchFiles
import Networks
import Settings
import TestSupport
import Testing

/// `accounts`, `public_url`, `desks` and `upload`.
@Suite struct DoorSettingsTests {
    @Test func `the settings of the doors are read as written`() throws {
        let folder = TemporaryFolder()
        let settings = try load(
            """
            currency: USD
            accounts: /srv/accounts.sqlite
            public_url: https://panel.example/
            desks: {web: [decisions, refunds, bans], payments: [deposits]}
            intake: {max_file_bytes: 5000, min_free_bytes: 7}
            upload:
              listen: "[::1]:0"
              operations: localhost:9090
              tls: {certificate: cert.pem, key: /etc/key.pem}
              trusted_proxies: [127.0.0.1, "2001:db8::/32"]
              max_head_bytes: 2048
              body_seconds: 5
              min_bytes_per_second: 0
              wait_seconds: 3
              start_ingest: false
            """, in: folder)
        #expect(settings.accounts == "/srv/accounts.sqlite")
        #expect(settings.publicURL == "https://panel.example")
        #expect(
            settings.desks == ["web": [.decisions, .refunds, .bans], "payments": [.deposits]])
        let upload = settings.upload
        #expect(upload.listen == ListenAddress(host: "::1", port: 0))
        #expect(upload.listen.description == "[::1]:0")
        #expect(upload.operations?.description == "localhost:9090")
        #expect(upload.tls?.certificate == "\(folder.path)/config/cert.pem")
        #expect(upload.tls?.key == "/etc/key.pem")
        #expect(
            upload.trustedProxies.map(\.description) == ["127.0.0.1", "2001:db8::/32"])
        #expect((upload.maxHeadBytes, upload.bodySeconds) == (2_048, 5))
        #expect((upload.minBytesPerSecond, upload.waitSeconds) == (0, 3))
        #expect(!upload.startsIngest)
    }

    @Test func `the door takes what intake takes, unless it says otherwise`() throws {
        let least = try load("currency: USD\nintake: {max_file_bytes: 5000, min_free_bytes: 7}")
        #expect((least.upload.maxBodyBytes, least.upload.minFreeBytes) == (5_000, 7))
        let own = try load(
            "currency: USD\nupload: {max_body_bytes: 4096, min_free_bytes: 0}")
        #expect((own.upload.maxBodyBytes, own.upload.minFreeBytes) == (4_096, 0))
    }

    @Test(arguments: [
        ("wait", "reject", true), ("wait", "wait", true), ("wait", "allow", false),
        ("allow", "allow", true), ("reject", "wait", false), ("reject", "reject", true),
    ])
    func `the door's rule for links is never laxer than the house's`(
        house: String, door: String, isValid: Bool
    ) throws {
        let yaml = "currency: USD\nduplicate_links: \(house)\nupload: {duplicate_links: \(door)}"
        guard isValid else {
            #expect(
                problems(yaml) == [
                    """
                    pipeline.yaml:3:27: upload.duplicate_links is "\(door)"; it must be \
                    \(house), as duplicate_links is, or stricter.
                    """
                ])
            return
        }
        #expect(try load(yaml).upload.duplicateLinks == DuplicateLinks(rawValue: door))
    }

    @Test(arguments: [
        ("desks: {web: [orders]}", "desks.web[0] is \"orders\"; it must be one of users,"),
        ("desks: {web: [deposit]}", "desks.web[0] is \"deposit\"; it must be one of users,"),
        ("desks: {web: []}", "desks.web is an empty list; it must be at least one array."),
        ("desks: {web: deposits}", "desks.web is \"deposits\"; it must be a list."),
        ("desks: {Web: [bans]}", "a name in desks is \"Web\"; it must be 1 to 32 of a-z"),
        ("desks: {desk: [bans]}", "a name in desks is \"desk\"; it must be 1 to 32 of a-z"),
        ("desks: {../x: [bans]}", "a name in desks is \"../x\"; it must be 1 to 32 of a-z"),
        ("desks: [web]", "desks is a list; it must be a section of settings."),
        ("upload: {listen: \"8080\"}", "upload.listen is the text \"8080\"; it must be a host"),
        ("upload: {trusted_proxies: [10.0.0.1/8]}", "upload.trusted_proxies[0] is"),
        ("upload: {trusted_proxies: [proxy]}", "it must be an address or a range"),
        ("upload: {tls: {key: key.pem}}", "upload.tls.certificate is missing; it must be a path"),
        (
            "upload: {max_body_bytes: 33554433}",
            "upload.max_body_bytes is \"33554433\"; it must be a whole number from 1 to 33554432."
        ),
    ])
    func `a mistake in the settings of the doors is named with its place`(
        yaml: String, problem: String
    ) throws {
        let found = problems("currency: USD\n\(yaml)")
        try #require(found.count == 1, "\(found)")
        #expect(found[0].hasPrefix("pipeline.yaml:2:"))
        #expect(found[0].contains(problem), "\(found)")
    }

    @Test(arguments: [
        ("127.0.0.1:8080", true), ("0.0.0.0:80", true), ("localhost:0", true),
        ("[::1]:8080", true), ("[::]:8080", true), ("panel.example:65535", true),
        ("::1:8080", false), ("[127.0.0.1]:80", false), ("[::1]", false), (":8080", false),
        ("localhost", false), ("localhost:65536", false), ("localhost:+1", false),
        ("localhost:080", false), ("a b:80", false), ("http://a:80", false), ("a:80/x", false),
    ])
    func `the door listens at a host and a port`(text: String, isValid: Bool) {
        let found = problems("currency: USD\nupload: {listen: \"\(text)\"}")
        #expect(found.isEmpty == isValid, "\(found)")
    }

    @Test(arguments: [
        ("https://panel.example", true), ("https://panel.example:8443/", true),
        ("http://localhost:8081", true), ("http://127.0.0.1", true), ("http://[::1]:80", true),
        ("http://panel.example", false), ("http://localhost.example", false),
        ("http://127.0.0.1.example", false), ("https://panel.example/x", false),
        ("https://panel.example?x", false), ("https://user:pass@panel.example", false),
        ("panel.example", false), ("https://panel.example#x", false),
    ])
    func `the public URL is a scheme and a host`(url: String, isValid: Bool) {
        let found = problems("currency: USD\npublic_url: \"\(url)\"")
        #expect(found.isEmpty == isValid, "\(found)")
        #expect(!found.contains { $0.contains("pass") && $0.contains("user:") })
    }
}
