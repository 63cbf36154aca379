import Networks
import Testing

@Suite struct NetworkTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"), ("2001:DB8:0:0::1", "2001:db8::1"), ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"), ("0.0.0.0", "0.0.0.0"), ("::", "::"),
        ("::192.0.2.1", "::192.0.2.1"),
    ])
    func `an address has one text, however it was written`(text: String, usual: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.description == usual)
        #expect(NetworkAddress(usual) == address)
    }

    @Test(arguments: [
        "", "localhost", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1 ", "192.0.2.1:80",
        "[::1]", "1::2::3", ":::", "0x7f.0.0.1", "2130706433", "192.0.2.1%eth0",
    ])
    func `what is no address is refused`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
        ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
        ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false), ("192.0.2.7/32", "192.0.2.7", true),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
        ("2001:db8::/32", "2001:db8:ffff::", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::1", "2001:db8::1", true), ("::1/128", "::1", true), ("::/1", "8000::", false),
    ])
    func `a range has its addresses and no others`(
        range: String, address: String, isIn: Bool
    ) throws {
        let range = try #require(NetworkRange(range))
        #expect(range.contains(try #require(NetworkAddress(address))) == isIn)
        #expect(NetworkRange(range.description) == range)
    }

    @Test(arguments: [
        "", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8", "192.0.2.0/08",
        "192.0.2.0/24/24", "192.0.2.1/24", "2001:db8::/129", "2001:db8::1/64", "fe80::%eth0/64",
        "fe80::1%eth0", "10/8", "all",
    ])
    func `a range that is none, or that has bits to spare, is refused`(text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test func `a range is shown as it is usually written`() {
        #expect(NetworkRange("::ffff:192.0.2.0/120")?.description == "192.0.2.0/24")
        #expect(NetworkRange("2001:DB8:0::/32")?.description == "2001:db8::/32")
        #expect(NetworkRange("192.0.2.1/32")?.description == "192.0.2.1")
    }
}
