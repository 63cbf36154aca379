import Accounts
import BatchFiles
import Ledger
import TestHouse
import TestSupport
import Testing

@Suite struct CallerTests {
    @Test func `whatever is wrong with a key, the answer is the same`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let wrongs = [
            [], ["Authorization: Bearer x"], ["Authorization: Basic x"], ["X-API-Key: "],
            ["X-API-Key: smg_000000000000000000000000000000000000000"],
        ]
        let replies = try wrongs.map { try door.ask("GET /v1/balance", nil, $0) }
        #expect(replies.allSatisfy { $0.status == 401 && $0["error.code"] == "unknown_key" })
        #expect(Set(replies.map(\.text)).count == 1)
        #expect(!door.log.contains(door.key))
    }

    @Test func `a key is taken in each of its fields`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        #expect(try door.ask("GET /v1/balance", nil, ["X-API-Key: \(door.key)"]).status == 200)
        #expect(
            try door.ask("GET /v1/balance", nil, ["authorization: bearer \(door.key)"]).status
                == 200)
        let pair = shellRun("printf '%s:' '\(door.key)' | base64 -w 0").output
        let reply = try door.ask("GET /v1/balance", nil, ["Authorization: Basic \(pair)"])
        #expect(reply["balance"] == "1000000.000000")
        #expect(reply["currency"] == "USD")
    }

    @Test func `a key does no more than its scopes say`() throws {
        let door = try OpenDoor([.read], settings: "start_ingest: false")
        #expect(try door.ask("GET /v1/balance").status == 200)
        for call in ["PUT /v1/files/x.json", "POST /v1/files", "POST /v1/orders"] {
            let reply = try door.ask(call, batch("x"))
            #expect(reply.status == 403)
            #expect(reply["error.code"] == "not_allowed")
        }
        #expect(names(in: "\(door.house.spool)/doors/acme") == [])
        let add = try door.ask(
            "POST /api/v2", "key=\(door.key)&action=add&service=101&link=l&quantity=1000", [])
        #expect(add["error"] != nil)
    }

    @Test func `a ban stops all of a user's keys at once`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        #expect(try door.ask("GET /v1/balance").status == 200)
        try door.house.deskFile { try $0.ban(acme, reason: "x", until: nil, Line(.bans, 1)) }
        #expect(try door.ask("GET /v1/balance")["error.code"] == "user_banned")
        #expect(try door.ask("PUT /v1/files/x.json", "{}")["error.code"] == "user_banned")
    }

    @Test func `a desk brings its own files, and nothing else`() throws {
        let door = try OpenDoor()
        let key = ["X-API-Key: \(door.deskKey)"]
        let call = "PUT /v1/desks/payments/files/d.json"
        let deposit = """
            {"batch": "d", "deposits": [{"user": "acme", "method": "bank", "reference": "TX-2", \
            "amount": "5.00", "currency": "USD"}], "bans": [{"user": "acme"}]}
            """
        let receipt = try door.ask("\(call)?wait=30", deposit, key)
        #expect(receipt.status == 200, "\(receipt.text)")
        #expect(receipt["status"] == "partial")
        #expect(receipt.text.contains("NOT_ALLOWED"))
        #expect(try door.ask("GET /v1/receipts/d", nil, key).body == receipt.body)
        #expect(try door.ask("GET /v1/balance")["balance"] == "1000005.000000")

        let refused = [
            try door.ask(call, deposit), try door.ask("PUT /v1/files/d.json", deposit, key),
            try door.ask("PUT /v1/desks/web/files/d.json", deposit, key),
            try door.ask("POST /v1/orders", deposit, key),
            try door.ask("GET /v1/balance", nil, key),
        ]
        #expect(refused.map(\.status) == [403, 403, 403, 403, 403])
        #expect(try door.ask("GET /v1/receipts/d").status == 404)
    }
}
