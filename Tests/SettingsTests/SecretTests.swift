import Settings
import TestSupport
import Testing

private let key = try? MasterKey(Array(repeating: 7, count: 32))

/// A configuration with one provider, whose key is kept like this, and with a master key.
private func settings(_ apiKey: String, in folder: TemporaryFolder = .init()) throws -> Settings {
    let hexadecimal = String(repeating: "07", count: 32)
    folder.write("\(hexadecimal)\n", to: "config/master.key")
    return try load(
        """
        currency: USD
        master_key: {file: master.key}
        providers:
          - {name: alpha, url: "https://a.example", currency: USD, api_key: \(apiKey)}
        """, in: folder)
}

@Test func `a key comes from the environment, from a file or from a sealed value`() throws {
    let folder = TemporaryFolder()
    folder.write("from a file\r\n", to: "config/alpha.key", mode: 0o640)
    let sealed = try #require(key).seal("sealed", of: "alpha")
    let cases = [
        ("{env: ALPHA_KEY}", "from ALPHA_KEY"), ("{file: alpha.key}", "from a file"),
        ("{sealed: \"\(sealed)\"}", "sealed"),
    ]
    for (apiKey, text) in cases {
        let settings = try settings(apiKey, in: folder)
        #expect(try settings.providerKeys { "from \($0)" } == ["alpha": text])
    }
}

@Test func `a key that cannot be read is a mistake at its place in the configuration`() throws {
    let folder = TemporaryFolder()
    folder.write("", to: "config/empty.key")
    folder.write("key", to: "config/open.key", mode: 0o644)
    folder.write("key", to: "config/writable.key", mode: 0o660)
    folder.write("two\nlines", to: "config/lines.key")
    folder.write([0x61, 0xFF], to: "config/bytes.key")
    folder.write(String(repeating: "k", count: 5_000), to: "config/long.key")
    let otherProvider = try #require(key).seal("key", of: "beta")
    let cases = [
        ("{env: ALPHA_KEY}", "the environment variable ALPHA_KEY is not set"),
        ("{file: none.key}", "it is not there (No such file or directory)"),
        ("{file: \".\"}", "it is not a file"),
        ("{file: empty.key}", "it is empty"),
        ("{file: open.key}", "whose mode is 0644; chmod 600 it"),
        ("{file: writable.key}", "whose mode is 0660; chmod 600 it"),
        ("{file: lines.key}", "it is not text on one line"),
        ("{file: bytes.key}", "it is not text on one line"),
        ("{file: long.key}", "it is longer than 4096 bytes"),
        (
            "{sealed: \"\(otherProvider)\"}",
            "the master key does not open it for the provider alpha"
        ),
        ("{sealed: nonsense}", "the master key does not open it for the provider alpha"),
    ]
    for (apiKey, reason) in cases {
        let settings = try settings(apiKey, in: folder)
        let error = #expect(throws: SettingsError.self) { try settings.providerKeys { _ in nil } }
        let text = "\(try #require(error))"
        #expect(
            text.contains("config/pipeline.yaml:4:69: providers[0].api_key cannot be read: "),
            "\(text)")
        #expect(text.contains(reason), "\(text)")
    }
}

@Test(arguments: [
    (" 5ecr3t", "a blank"), ("5ecr3t ", "a blank"), ("5ecr3t \n", "a blank"),
    ("\u{FEFF}5ecr3t\n", "a byte order mark"), ("\"5ecr3t\"", "a quotation mark"),
    ("'5ecr3t'", "a quotation mark"), ("“5ecr3t”", "a character outside of ASCII"),
    ("5ecr3t\u{A0}", "a character outside of ASCII"),
    ("\u{200B}5ecr3t", "a character outside of ASCII"),
    ("\n5ecr3t", "not text on one line"), ("5ecr3t\t", "not text on one line"),
])
func `a key with anything around it is refused, and not shown`(
    written: String, reason: String
) throws {
    let folder = TemporaryFolder()
    folder.write(written, to: "config/alpha.key")
    let sealed = try #require(key).seal(written, of: "alpha")
    for apiKey in ["{env: ALPHA_KEY}", "{file: alpha.key}", "{sealed: \"\(sealed)\"}"] {
        let settings = try settings(apiKey, in: folder)
        let error = #expect(throws: SettingsError.self) {
            try settings.providerKeys { _ in written }
        }
        let text = "\(try #require(error))"
        #expect(text.contains("providers[0].api_key cannot be read: it "), "\(text)")
        #expect(text.contains(reason), "\(text)")
        #expect(!text.contains("5ecr3t"))
    }
}

@Test func `the key of a disabled provider is not read`() throws {
    let disabled = try load("currency: USD\nproviders: [\(alpha.dropLast()), enabled: false}]")
    #expect(try disabled.providerKeys { _ in nil }.isEmpty)
}

@Test func `a sealed key without a master key is a mistake`() throws {
    let settings = try load(
        """
        currency: USD\nproviders: [{name: a, url: "https://a", currency: USD, api_key: {sealed: \
        x}}]
        """
    )
    let error = #expect(throws: SettingsError.self) { try settings.providerKeys { _ in nil } }
    #expect("\(try #require(error))".contains("there is no master_key to open it"))
}

@Test func `a changed bit in a sealed key is noticed; no two are the same`() throws {
    let key = try #require(key)
    // Its length needs no padding in base64; the last bits of padding would not be read.
    let sealed = key.seal("s3cr3t-8", of: "alpha")
    #expect(sealed != key.seal("s3cr3t-8", of: "alpha"))
    for position in sealed.indices {
        var changed = sealed
        changed.replaceSubrange(position...position, with: sealed[position] == "A" ? "B" : "A")
        let settings = try settings("{sealed: \"\(changed)\"}")
        #expect(throws: SettingsError.self) { try settings.providerKeys { _ in nil } }
    }
}

@Test(arguments: [
    (String(repeating: "0", count: 64), true), (String(repeating: "Af", count: 32) + "\n", true),
    (String(repeating: "A", count: 43) + "=", true), (String(repeating: "k", count: 32), true),
    (String(repeating: "0", count: 63), false), (String(repeating: "g", count: 64), false),
    ("", false), (String(repeating: "k", count: 31), false),
    (String(repeating: "A", count: 44), false),
])
func `a master key is 32 bytes, in hexadecimal, base64 or raw`(text: String, isKey: Bool) {
    if isKey {
        #expect(throws: Never.self) { try MasterKey(Array(text.utf8)) }
    } else {
        #expect(throws: SecretError.malformedMasterKey) { try MasterKey(Array(text.utf8)) }
    }
}

@Test func `no printing of settings shows a secret or its place`() throws {
    let settings = try settings("{sealed: 5ecret}")
    var dumped = ""
    dump(settings, to: &dumped)
    for text in ["\(settings)", String(reflecting: settings), dumped] {
        #expect(!text.contains("5ecret"))
        #expect(!text.contains("master.key"))
        #expect(text.contains("<secret>"))
    }
    let key = try #require(key)
    var dumpedKey = "\(key) \(String(reflecting: key))"
    dump(key, to: &dumpedKey)
    #expect(!dumpedKey.contains("7, 7"))
    #expect(!dumpedKey.contains("0707"))
}
