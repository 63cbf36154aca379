import BatchFiles
import Money
import StrictJSON
import Testing

@Suite struct BatchFileTests {
    @Test func `a desk file is read back as it was written`() throws {
        let text = DeskFileText(
            batch: "admin-1", by: "anna", why: "chargeback", kind: .bans,
            lines: [
                { json in
                    json.member("user", "acme")
                    json.given("reason", "fraud\u{1F6AB}")
                },
                { json in
                    json.member("user", "globex")
                    json.given("reason", nil)
                },
            ])
        let file = BatchFile(.desk, bytes: text.bytes)
        let outline = try BatchOutline.read(file)
        #expect(outline.batch == "admin-1")
        #expect(outline.by == "anna")
        #expect(outline.why == "chargeback")
        #expect(outline.lines == 2)

        var lines: [[String?]] = []
        try file.forEachLine(of: outline) { kind, number, fields in
            #expect(kind == .bans)
            #expect(number == lines.count + 1)
            lines.append([try fields.userName("user"), try fields.text("reason")])
            try fields.checkNothingRemains()
        }
        #expect(lines == [["acme", "fraud\u{1F6AB}"], ["globex", nil]])
    }

    @Test func `kinds take effect in our order, whatever the order of the keys`() throws {
        let text = """
            {"withdrawals": [{"amount": "1"}], "total": "3", "orders": [{"ref": "A"}, {"ref": "B"}]}
            """
        for file in [inMemory(text, .batch), inWindows(text, .batch, of: 5)] {
            let outline = try BatchOutline.read(file)
            #expect(outline.total == Amount(micros: 3_000_000))
            var found: [String] = []
            try file.forEachLine(of: outline) { kind, number, fields in
                found.append("\(kind) \(number) \(fields.remaining)")
            }
            #expect(
                found == [
                    #"orders 1 ["ref"]"#, #"orders 2 ["ref"]"#, #"withdrawals 1 ["amount"]"#,
                ])
        }
    }

    @Test(arguments: [
        (FileForm.batch, #"{"users": []}"#), (.batch, #"{"by": "anna"}"#),
        (.desk, #"{"orders": []}"#), (.desk, #"{"total": "1"}"#),
    ])
    func `a key of the other form is unknown`(form: FileForm, text: String) {
        let rejection = #expect(throws: Rejection.self) {
            try BatchOutline.read(inMemory(text, form))
        }
        #expect(rejection?.code == .unknownField)
    }

    @Test(arguments: [
        ("ref,service\n", "CSV"), ("<html>", "HTML"), ("PK\u{3}\u{4}", "ZIP"), ("[]", "object"),
        ("", "no value"),
    ])
    func `a file that is no object is called what it is`(text: String, word: String) {
        let rejection = #expect(throws: Rejection.self) {
            try BatchOutline.read(inWindows(text, .batch, of: 64))
        }
        #expect(rejection?.code == .badJSON)
        #expect(rejection?.detail.contains(word) == true, "\(rejection?.detail ?? "")")
    }

    @Test(arguments: [
        (#"{"orders": [{"#, true), ("", true), (#"{"orders": []}"#, false), ("{]", false),
    ])
    func `half a document is told from a wrong one`(text: String, endsEarly: Bool) throws {
        #expect(try inMemory(text, .batch).endsEarly() == endsEarly)
        #expect(try inWindows(text, .batch, of: 3).endsEarly() == endsEarly)
    }

    @Test(arguments: [
        ("acme", true), ("7", true), ("a_b-c", true), (String(repeating: "a", count: 32), true),
        ("", false), ("desk", false), ("-a", false), ("Acme", false), ("é", false),
        (String(repeating: "a", count: 33), false),
    ])
    func `users have plain names`(name: String, isAllowed: Bool) {
        #expect(UserNameRule.allows(name) == isAllowed)
    }

    private func inMemory(_ text: String, _ form: FileForm) -> BatchFile {
        BatchFile(form, bytes: Array(text.utf8))
    }

    /// A file whose source gives `size` bytes at a time.
    private func inWindows(_ text: String, _ form: FileForm, of size: Int) -> BatchFile {
        let bytes = Array(text.utf8)
        return BatchFile(form) { offset in
            var rest = bytes[offset...]
            return .read { memory in
                let piece = rest.prefix(min(size, memory.count))
                memory.copyBytes(from: piece)
                rest = rest.dropFirst(piece.count)
                return piece.count
            }
        }
    }
}
