import BatchFiles
import Ledger
import LoopbackProvider
import Settings
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage
@testable import PollStage

/// Refills and cancels, from a reseller's line to their end.
@Suite struct RequestTests {
    @Test func `a refill is requested, followed to its end, and reported`() throws {
        let sandbox = try SandboxProcess("--speed 0")
        let house = try House([Supplier(url: sandbox.url, "poll_every: 10")])
        let order = try house.delivered("https://a.example/1", by: sandbox)
        try house.ask { try $0.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1")) }
        #expect(try house.requests() == ["refill|accepted|-"])

        try house.dispatch()
        #expect(try house.requests() == ["refill|sent|Pending"])
        try house.dispatch()
        try sandbox.advance(seconds: 100_000)
        house.clock.advance(seconds: 20)
        try house.poll()
        #expect(try house.requests() == ["refill|ended|Completed"])
        #expect(
            try house.lastStatusFile().contains(
                #"{"ref": "R-1", "order": \#(order), "status": "Completed"}"#))
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `an accepted cancel moves no money until the status says so`() throws {
        let sandbox = try SandboxProcess("--speed 0")
        let house = try House([Supplier(url: sandbox.url, "poll_every: 10")])
        let order = try house.accept(["https://a.example/1"])[0]
        try house.dispatch()
        let held = try house.balances()
        try house.ask { try $0.requestCancel(of: order, ResellerLine(.cancels, 1, ref: "C-1")) }
        try house.dispatch()
        #expect(try house.requests() == ["cancel|sent|Pending"])
        #expect(try house.balances() == held)

        try sandbox.advance(seconds: 100_000)
        house.clock.advance(seconds: 20)
        try house.poll()
        #expect(try house.refunds() == ["canceled|2000000"])
        #expect(try house.requests() == ["cancel|ended|Completed"])
        #expect(
            try house.lastStatusFile().contains(
                #"{"ref": "C-1", "order": \#(order), "status": "Completed"}"#))
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `a refill whose answer was lost is not requested twice, and the operator is told`()
        throws
    {
        let provider = LoopbackProvider { request in
            request.text.contains("action=refill") ? .reset : .reply(#"{"order":77}"#)
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url)])
        let order = try house.accept(["https://a.example/1"])[0]
        try house.dispatch()
        try house.end(order)
        try house.ask { try $0.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1")) }
        for _ in 1...3 {
            try house.dispatch()
            house.clock.advance(seconds: 10_000)
        }
        #expect(provider.requests.count { $0.text.contains("action=refill") } == 1)
        #expect(try house.requests() == ["refill|ended|Unknown"])
        #expect(try house.exceptionKinds() == ["refill_unanswered"])
    }

    @Test func `a refill that a dead run left is not requested again`() throws {
        let provider = LoopbackProvider { _ in .reply(#"{"order":77}"#) }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url)])
        let order = try house.accept(["https://a.example/1"])[0]
        try house.dispatch()
        try house.end(order)
        try house.ask { try $0.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1")) }
        let now = house.clock.wall.now()
        _ = try house.ledger.startSending(
            .refill, house.ledger.dueRequests(.refill, at: now)[house.id(of: "alpha")]!, at: now)
        try house.dispatch()
        #expect(provider.requests.allSatisfy { !$0.text.contains("action=refill") })
        #expect(try house.requests() == ["refill|ended|Unknown"])
    }

    /// A provider that is asked again, because its first answer was lost or the run died, refuses
    /// what it has accepted already.
    @Test(arguments: [false, true])
    func `a cancel refused after a lost answer ends as the order does`(
        isKilled: Bool
    ) throws {
        let asked = Mutex(isKilled ? 1 : 0)
        let provider = LoopbackProvider { request in
            switch request.field("action") {
            case "cancel":
                asked.withLock {
                    $0 += 1
                    return $0
                } == 1
                    ? .reset : .reply(#"[{"order":77,"cancel":{"error":"Incorrect order ID"}}]"#)
            case "status":
                .reply(#"{"status":"Canceled","charge":"0","start_count":"1","remains":"1000"}"#)
            default: .reply(#"{"order":77}"#)
            }
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url, "poll_every: 10")])
        let order = try house.accept(["https://a.example/1"])[0]
        try house.dispatch()
        try house.ask { try $0.requestCancel(of: order, ResellerLine(.cancels, 1, ref: "C-1")) }
        if isKilled {
            let now = house.clock.wall.now()
            _ = try house.ledger.startSending(
                .cancel, house.ledger.dueRequests(.cancel, at: now)[house.id(of: "alpha")]!, at: now
            )
        } else {
            try house.dispatch()
            house.clock.advance(seconds: 400)
        }
        try house.dispatch()
        #expect(try house.requests() == ["cancel|sent|Pending"])
        house.clock.advance(seconds: 20)
        try house.poll()
        #expect(try house.requests() == ["cancel|ended|Completed"])
        #expect(try house.orderStates() == ["canceled"])
    }

    @Test func `a cancel of an order on its way ends it if it was not sent`()
        throws
    {
        let provider = LoopbackProvider { _ in .reply(#"{"error":"Rate limit exceeded"}"#) }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url)])
        let order = try house.accept(["https://a.example/1"])[0]
        let now = house.clock.wall.now()
        let alpha = try house.id(of: "alpha")
        _ = try house.ledger.advance(
            recording: [], claiming: [Claim(provider: alpha, count: 1)], waitingForLinks: false,
            at: now)
        try house.ask { try $0.requestCancel(of: order, ResellerLine(.cancels, 1, ref: "C-1")) }
        _ = try house.ledger.advance(
            recording: [
                SendOutcome(
                    order: order, .postponed(until: now, isRefusal: true, evidence: "later"))
            ],
            claiming: [], waitingForLinks: false, at: now)
        #expect(try house.refunds() == ["canceled|2000000"])
        #expect(try house.requests() == ["cancel|ended|Completed"])
        #expect(try house.ledger.audit().map(\.rule) == [])
    }
}

extension House {
    func dispatch() throws {
        var sending = try SendDueOrders(context("dispatch"), only: nil, limit: .max)
        _ = try sending.run()
    }

    fileprivate func poll() throws {
        var asking = try AskProviders(context("poll"))
        _ = try asking.run(only: .statuses, now: false)
    }

    /// An order that the sandbox has delivered.
    fileprivate func delivered(_ link: String, by sandbox: SandboxProcess) throws -> OrderID {
        let order = try accept([link])[0]
        try dispatch()
        try sandbox.advance(seconds: 100_000)
        clock.advance(seconds: 20)
        try poll()
        #expect(try orderStates() == ["completed"])
        return order
    }

    /// Settles an order without asking anybody.
    func end(_ order: OrderID) throws {
        var news = StatusNews(order: order, askAgain: clock.wall.now())
        news.settlement = .completed
        _ = try ledger.record([news], at: clock.wall.now())
    }

    func ask(_ body: (ResellerDraft) throws -> Void) throws {
        clock.advance(seconds: 1)
        try file(of: acme, body)
    }

    func requests() throws -> [String] {
        try table("SELECT kind, state, status FROM requests ORDER BY id")
    }

    /// The newest status file in acme's outbox.
    fileprivate func lastStatusFile() throws -> String {
        let outbox = "\(settings.spool)/resellers/acme/outbox"
        let name = try #require(names(in: outbox).filter { $0.hasPrefix("status-") }.max())
        return String(decoding: try #require(bytes(at: "\(outbox)/\(name)")), as: UTF8.self)
    }
}
