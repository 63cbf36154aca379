import StrictJSON
import TestHouse
import TestSupport
import Testing

@testable import UploadDoor

@Suite struct ServerTests {
    @Test func `it stops with status 0 on SIGTERM`() throws {
        let door = try OpenDoor()
        #expect(try door.ask("GET /healthz").text == "ok\n")
        #expect(door.stop() == 0, "\(door.log)")
    }

    @Test func `a file of the outbox comes whole, in part, or not again`() throws {
        let door = try OpenDoor()
        #expect(try door.ask("PUT /v1/files/one.json?wait=30", batch("one")).status == 200)
        let path = "\(door.house.spool)/resellers/acme/outbox/one.receipt.json"
        #expect(eventually { content(at: path) != nil })
        let list = try door.ask("GET /v1/outbox")
        #expect(list.text.contains(#""name":"one.receipt.json""#))
        let call = "GET /v1/outbox/one.receipt.json"
        let whole = try door.ask(call)
        #expect(whole.body == bytes(at: path))
        let tag = try #require(whole.field("etag"))
        let key = "X-API-Key: \(door.key)"
        #expect(try door.ask(call, nil, [key, "If-None-Match: \(tag)"]).status == 304)
        let part = try door.ask(call, nil, [key, "Range: bytes=2-5"])
        #expect(part.status == 206)
        #expect(part.body == Array(whole.body[2...5]))
        #expect(part.field("content-range") == "bytes 2-5/\(whole.body.count)")
        let end = try door.ask(call, nil, [key, "Range: bytes=-3"])
        #expect(end.body == Array(whole.body.suffix(3)))
        let none = try door.ask(call, nil, [key, "Range: bytes=99999-"])
        #expect(none.status == 416)
        #expect(try door.ask("GET /v1/outbox/..%2Finbox").status == 404)
        #expect(try door.ask("GET /v1/outbox/none").status == 404)
    }

    @Test func `the price list is that of the caller`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let list = try door.ask("GET /v1/services")
        #expect(list.status == 200)
        #expect(list.text.contains(#""service":101,"#))
        #expect(list.text.contains(#""rate":"2.000000""#))
    }

    @Test func `operators see whether it can work, and figures`() throws {
        let door = try OpenDoor()
        // No stage but ingest ever ran here.
        let ready = try door.ask("GET /readyz", nil, [])
        #expect(ready.status == 503)
        #expect(ready.text.contains("dispatch has never run"))
        #expect(try door.ask("PUT /v1/files/one.json", batch("one")).status == 201)
        let metrics = try door.ask("GET /metrics", nil, [])
        #expect(metrics.field("content-type") == "text/plain; version=0.0.4")
        #expect(metrics.text.contains("# TYPE smm_upload_calls_total counter\n"))
        #expect(
            metrics.text.contains(
                #"smm_upload_calls_total{method="PUT",route="/v1/files/{name}",status="201"} 1"#))
        #expect(metrics.text.contains(#"smm_upload_drops_total{outcome="new"} 1"#))
    }

    @Test func `the description is made from the routes`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        let reply = try door.ask("GET /v1/openapi.json", nil, [])
        #expect(reply.status == 200)
        let document = try JSONValue(parsing: reply.body)
        #expect(document["openapi"] == .string("3.1.0"))
        for path in ["/v1/files/{name}", "/v1/orders", "/v1/receipts/{name}", "/api/v2"] {
            #expect(document["paths"]?[path] != nil, "\(path)")
        }
        let schemas = document["components"]?["schemas"]
        for name in reply.text.matches(of: /"\$ref": "#\/components\/schemas\/(\w+)"/).map(\.1) {
            #expect(schemas?[String(name)] != nil, "\(name)")
        }
        guard case .object(let paths)? = document["paths"] else { return }
        for path in paths {
            guard case .object(let calls) = path.value else { continue }
            let names = Set(path.key.matches(of: /\{(\w+)\}/).map { String($0.1) })
            for call in calls {
                guard case .array(let parameters)? = call.value["parameters"] else { continue }
                let described = parameters.compactMap { parameter -> String? in
                    guard parameter["in"] == .string("path"),
                        case .string(let name)? = parameter["name"]
                    else { return nil }
                    return name
                }
                #expect(Set(described) == names, "\(call.key) \(path.key)")
            }
        }
    }

    @Test func `a part of a query that does not count must be right all the same`() throws {
        let door = try OpenDoor(settings: "start_ingest: false")
        #expect(try door.ask("GET /v1/orders?ref=none&limit=5").status == 200)
        for query in ["limit=0.5", "state=", "since=today", "cursor=-1"] {
            let reply = try door.ask("GET /v1/orders?ref=none&\(query)")
            #expect(reply["error.code"] == "bad_query", "\(query)")
        }
    }

    @Test func `every code of an error is in the manual, with its status`() throws {
        let root = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        let page = try #require(content(at: "/\(root)/docs/resellers.md"))
        let rows = page.matches(of: /\n\| `([a-z_]+)` \| ([0-9]{3}) \|/)
            .map { "\($0.1) \($0.2)" }
        let known = DoorError.Code.allCases.map { "\($0.rawValue) \("\($0.status)".prefix(3))" }
        #expect(Set(rows) == Set(known))
        #expect(rows.count == known.count)
    }
}
