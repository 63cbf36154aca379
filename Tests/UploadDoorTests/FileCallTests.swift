import TestHouse
import TestSupport
import Testing

@Suite struct FileCallTests {
    @Test func `a file is durable once it is answered, and the same again is the same`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let first = try door.ask("PUT /v1/files/one.json", batch("one"))
        #expect(first.status == 201)
        #expect(first["file"] == "one.json")
        #expect(first["receipt"] == "/v1/receipts/one")
        #expect(first["bytes"] == "\(batch("one").utf8.count)")
        #expect(content(at: "\(door.house.spool)/doors/acme/one.json") == batch("one"))

        let again = try door.ask("PUT /v1/files/one.json", batch("one"))
        #expect(again.status == 200)
        #expect(again["sha256"] == first["sha256"])
        let other = try door.ask("PUT /v1/files/one.json", batch("two"))
        #expect(other.status == 409)
        #expect(other["error.code"] == "name_taken")
        #expect(other["error.sha256"] == first["sha256"])
        #expect(try door.ask("GET /v1/receipts/one").status == 202)
        #expect(try door.ask("GET /v1/receipts/two").status == 404)
    }

    @Test func `a killed server has lost nothing that it answered`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        for number in 1...20 {
            #expect(
                try door.ask("PUT /v1/files/\(number).json", batch("b\(number)")).status == 201)
        }
        door.strike()
        #expect(names(in: "\(door.house.spool)/doors/acme").count == 20)
    }

    @Test func `a file without a name is named after its content`() throws {
        let door = try OpenDoor()
        let first = try door.ask("POST /v1/files?wait=30", batch("one"))
        #expect(first.status == 200, "\(first.text)")
        #expect(first["status"] == "accepted")
        let again = try door.ask("POST /v1/files", batch("one"))
        #expect(again.status == 200)
        let receipt = try #require(again["receipt"])
        #expect(again.field("location") == receipt)
        #expect(try door.ask("GET \(receipt)").body == first.body)
        #expect(try door.house.count("orders") == 1)
    }

    @Test(arguments: [
        ("PUT /v1/files/x.txt", "{}", 422, "bad_name"),
        ("PUT /v1/files/.x.json", "{}", 422, "bad_name"),
        ("PUT /v1/files/orders-0123456789abcdef0123456789abcdef.json", "{}", 422, "bad_name"),
        ("PUT /v1/files/a%2Fb.json", "{}", 422, "bad_name"),
        ("PUT /v1/files/x.json", "", 422, "empty_body"),
        ("PUT /v1/files/x.json", "[1]", 422, "not_an_object"),
        ("PUT /v1/files/x.json?wait=31", "{}", 400, "bad_query"),
        ("PUT /v1/files/x.json?wat=1", "{}", 400, "bad_query"),
        ("PUT /v1/nothing", "{}", 404, "not_found"),
        ("DELETE /v1/files/x.json", "", 405, "method_not_allowed"),
    ])
    func `what is wrong with a call is said in a word`(
        call: String, body: String, status: Int, code: String
    ) throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let reply = try door.ask(call, body)
        #expect(reply.status == status)
        #expect(reply["error.code"] == code)
        #expect(names(in: "\(door.house.spool)/doors/acme") == [])
        #expect(names(in: "\(door.house.spool)/tmp") == [])
    }

    @Test(arguments: [
        (["Content-Type: multipart/form-data; boundary=x"], 415, "unsupported_type"),
        (["Content-Encoding: gzip"], 415, "unsupported_type"),
        (["Content-Digest: sha-256=:AAAA:"], 400, "digest_mismatch"),
        (["Repr-Digest: md5=:AAAA:, sha-512=:AAAA:"], 400, "digest_mismatch"),
        (["Content-Digest: sha-256=AAAA"], 400, "malformed"),
    ])
    func `a body that is not what its head says is not kept`(
        fields: [String], status: Int, code: String
    ) throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let reply = try door.ask(
            "PUT /v1/files/x.json", "{}", fields + ["X-API-Key: \(door.key)"])
        #expect(reply.status == status)
        #expect(reply["error.code"] == code)
        #expect(names(in: "\(door.house.spool)/doors/acme") == [])
    }

    @Test func `digests that agree are accepted`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        // printf '{}' | sha256sum | xxd -r -p | base64, and the same of sha512sum.
        let digests = """
            sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:, sha-512=:\
            J8dGXPT6JIl6H0M6xNz9Ovecj3omAaYSGeU55MgpRMVsPkBnPuGNwbDO0M2m\
            ZzM2A4M1ZaPCl1K1n1ukYeBnzA==:
            """
        let wrong = try door.ask(
            "PUT /v1/files/x.json", "{}",
            ["X-API-Key: \(door.key)", "Content-Digest: \(digests)"])
        // The SHA-512 here is of other bytes: one wrong digest is enough.
        #expect(wrong["error.code"] == "digest_mismatch")
        let right = try door.ask(
            "PUT /v1/files/x.json", "{}",
            [
                "X-API-Key: \(door.key)",
                "Content-Digest: \(digests.prefix { $0 != "," })",
            ])
        #expect(right.status == 201)
        #expect(right.field("repr-digest") == String(digests.prefix { $0 != "," }))
    }
}
