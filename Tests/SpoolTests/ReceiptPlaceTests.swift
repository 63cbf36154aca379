import Glibc
import TestSupport
import Testing

@testable import Spool

@Suite struct ReceiptPlaceTests {
    let tray: Tray
    private let a = String(repeating: "a", count: 64)
    private let b = String(repeating: "b", count: 64)

    init() throws {
        tray = try Tray()
    }

    private var outbox: String { tray.spool.outbox(of: tray.acme) }

    private func receipt(for digest: String, _ words: String = "") -> String {
        "{\n  \"receipt\": 1,\n  \"file\": \"x.json\(words)\",\n  \"sha256\": \"\(digest)\",\n}\n"
    }

    /// Publishes receipts for `x.json` together; returns the errors of those that failed.
    @discardableResult
    private func publish(_ digests: String..., words: String = "") throws -> [Int32] {
        var publishing = try Publishing(tray.spool)
        for digest in digests {
            _ = try publishing.addReceipt(for: FileName("x.json"), digest: digest, in: outbox) {
                try $0.write(Array(receipt(for: digest, words).utf8))
            }
        }
        return try publishing.finishUnobstructed().values.map(\.code)
    }

    private func put(_ content: String, as name: String) {
        tray.folder.write(content, to: "spool/resellers/acme/outbox/\(name)")
    }

    private func content(_ name: String) -> String? { text("\(outbox)/\(name)") }

    @Test func `the newest receipt has the plain name, the older one its digest`() throws {
        try publish(a)
        try publish(b)
        #expect(content("x.receipt.json") == receipt(for: b))
        #expect(content("x.aaaaaaaa.receipt.json") == receipt(for: a))
        #expect(try tray.names("outbox").count == 2)
    }

    @Test func `a file dropped again gets the plain name again`() throws {
        for digest in [a, b, a] { try publish(digest) }
        #expect(content("x.receipt.json") == receipt(for: a))
        #expect(content("x.bbbbbbbb.receipt.json") == receipt(for: b))
        #expect(try tray.names("outbox").count == 2)
    }

    @Test func `the last file of a commit has the plain name`() throws {
        try publish(a, b)
        #expect(content("x.receipt.json") == receipt(for: b))
        // The same again, as after a run that died.
        try publish(a, b)
        #expect(content("x.receipt.json") == receipt(for: b))
        #expect(content("x.aaaaaaaa.receipt.json") == receipt(for: a))
        #expect(try tray.names("outbox").count == 2)
    }

    @Test func `the next run finishes a run that died between the two renames`() throws {
        put(receipt(for: a), as: "x.aaaaaaaa.receipt.json")
        try publish(b)
        #expect(content("x.receipt.json") == receipt(for: b))
        #expect(try tray.names("outbox") == ["x.aaaaaaaa.receipt.json", "x.receipt.json"])
    }

    @Test func `a receipt for the same content is replaced`() throws {
        put(receipt(for: a, " forged"), as: "x.receipt.json")
        try publish(a)
        #expect(content("x.receipt.json") == receipt(for: a))
        #expect(try tray.names("outbox").count == 1)
    }

    @Test(arguments: ["mine", "", "{}", "{\n  \"sha256\": \"A\"\n}"])
    func `a user's file there is moved aside, not replaced`(theirs: String) throws {
        put(theirs, as: "x.receipt.json")
        put("other", as: "x~2.receipt.json")
        try publish(a)
        #expect(content("x.receipt.json") == receipt(for: a))
        #expect(content("x~2.receipt.json") == "other")
        #expect(content("x~3.receipt.json") == theirs)
    }

    @Test func `another file under the name with the digest stays`() throws {
        put("mine", as: "x.aaaaaaaa.receipt.json")
        try publish(a)
        try publish(b)
        #expect(content("x.aaaaaaaa.receipt.json") == "mine")
        #expect(content("x~2.receipt.json") == receipt(for: a))
        #expect(content("x.receipt.json") == receipt(for: b))
    }

    @Test func `a file name cannot pass for a digest`() throws {
        let name = #"\n  \"sha256\": \"\#(a)\""#
        put(receipt(for: b, name), as: "x.receipt.json")
        try publish(a)
        #expect(content("x.bbbbbbbb.receipt.json") == receipt(for: b, name))
    }

    @Test func `a directory stays, and the receipt takes its name with the digest`() throws {
        mkdir("\(outbox)/x.receipt.json", 0o755)
        try publish(a)
        #expect(content("x.aaaaaaaa.receipt.json") == receipt(for: a))
        try publish(a, words: " again")
        #expect(content("x.aaaaaaaa.receipt.json") == receipt(for: a, " again"))
        unlink("\(outbox)/x.aaaaaaaa.receipt.json")
        mkdir("\(outbox)/x.aaaaaaaa.receipt.json", 0o755)
        #expect(try publish(a) == [EEXIST])
    }
}
