import Glibc
import Run
import TestHouse
import TestSupport

/// A day on which resellers order over HTTP, with a backup made somewhere in it, which is put back
/// in the end: the numbers that they were told must still be their orders (doors.md §1, rule 8).
final class RestoredDoors {
    private let works = Works(inMemory: true)
    private let sandbox: SandboxProcess
    private let keys: [String: String]
    /// What was told: the links by user and number.
    private var told: [Told] = []

    private struct Told {
        let user: String
        let order: Int64
        let link: String
    }

    /// What happens on the day.
    enum Deed: CaseIterable {
        case single, batch, drop, others, send, last
    }

    init() throws {
        sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Works.key)
        try works.open(with: sandbox, also: Works.door("start_ingest: true"))
        try works.desk(
            """
            "users": [{"user": "zenith"}], "deposits": [
                {"user": "zenith", "method": "bank", "reference": "Z", "amount": "100"}]
            """)
        try works.done("ingest")
        keys = ["acme": try works.issueKey(), "zenith": try works.issueKey(for: "zenith")]
    }

    private var backup: String { "\(works.path)/backup" }

    /// Lives the day, with a backup before `moment`, and puts that in the ledger's place.
    ///
    /// - Returns: what the programs did that ran then, and should have noticed it.
    func seen(backupBefore moment: Deed) throws -> [String] {
        var upload = try DoorProgram(works)
        for deed in Deed.allCases {
            if deed == moment { try works.done("admin backup '\(backup)'") }
            try perform(deed, upload)
        }
        guard upload.end() == 0 else { throw WorldFailure("upload: \(upload.text)") }
        try works.waitForPrograms()

        let ingest = try RunningProgram(works, "ingest --linger 600 --no-dispatch --quiet")
        let atWork = eventually { works.isHeld("ingest") || ingest.end() != nil }
        guard atWork else { throw WorldFailure("ingest does not begin") }
        upload = try DoorProgram(works)
        _ = try ask("acme", "GET /v1/balance", nil, upload)
        try works.putBack(backup)
        let books = try works.aside().table("SELECT count(*) FROM files")
        try works.write(DoorCall.text(of: "late"), to: "spool/resellers/acme/inbox/late.json")
        // It reads no other ledger than the one it opened, and commits to none.
        var seen: [String] = []
        for (head, body) in [
            ("GET /v1/balance", nil), ("PUT /v1/files/late.json", DoorCall.text(of: "other")),
        ] {
            let answer = try ask("acme", head, body, upload)
            if answer.status != 503 { seen.append("\(head) was answered \(answer.summary)") }
        }
        let status = ingest.waitForEnd()
        if status != 78 { seen.append("ingest ended with \(status ?? -1): \(ingest.text)") }
        if try works.aside().table("SELECT count(*) FROM files") != books {
            seen.append("something was committed to the ledger that was put back")
        }
        _ = upload.end()
        try works.waitForPrograms()
        return seen
    }

    /// Faults once the ledger is recovered, and the day replayed.
    func faultsAfterRecovery() throws -> [String] {
        try works.done("admin recover --restored --yes", "ingest")
        let upload = try DoorProgram(works)
        var seen: [String] = []
        for told in told {
            for (user, isOwner) in keys.keys.map({ ($0, $0 == told.user) }) {
                let order = try ask(user, "GET /v1/orders/\(told.order)", nil, upload)
                let isShown = order.status == 200 && order.text.contains("\"\(told.link)\"")
                let status = try ask(
                    user, "POST /api/v2", "action=status&order=\(told.order)", upload)
                let isKnown = status.text.contains(#""charge""#)
                guard isShown == isOwner, isKnown == isOwner else {
                    seen.append(
                        "order \(told.order) of \(told.user), \(told.link), is to \(user) "
                            + "\(order.summary), \(status.summary)")
                    continue
                }
            }
        }
        let new = try ask("acme", DoorCall.add("https://new.example/1", ref: "N"), upload)
        if new.order == nil || told.contains(where: { $0.order == new.order }) {
            seen.append("a new order was answered \(new.summary)")
        }
        guard upload.end() == 0 else { return seen + ["upload: \(upload.text)"] }
        try works.waitForPrograms()
        try works.settle(with: ["sandbox": sandbox])
        let counts = try sandbox.counts().filter { $0.value.placed != 1 }
        seen += counts.map { "\($0.key) was placed \($0.value.placed ?? -1) times" }
        return try seen + works.findings()
    }

    private func perform(_ deed: Deed, _ upload: DoorProgram) throws {
        switch deed {
        case .single: try order("acme", .add("https://single.example/1", ref: "S"), upload)
        case .batch: try order("zenith", .orders(batch: "whole"), upload)
        case .drop:
            try works.write(
                DoorCall.text(of: "dropped"), to: "spool/resellers/acme/inbox/dropped.json")
            try order("acme", .orders(batch: "after"), upload)
        case .others: try order("zenith", .add("https://others.example/1"), upload)
        case .send: works.run("dispatch")
        case .last: try order("acme", .orders(batch: "last"), upload)
        }
    }

    /// Orders, and notes the numbers that were told.
    private func order(_ user: String, _ call: DoorCall, _ upload: DoorProgram) throws {
        let answer = try ask(user, call, upload)
        let numbers = answer.text.matches(of: /"order": ?"?([0-9]+)/).compactMap { Int64($0.1) }
        guard answer.status == 200, numbers.count == call.links.count else {
            throw WorldFailure("\(call.name) was answered \(answer.summary)")
        }
        told += zip(numbers, call.links).map { Told(user: user, order: $0, link: $1) }
    }

    private func ask(
        _ user: String, _ call: DoorCall, _ upload: DoorProgram
    ) throws -> RawAnswer {
        guard let answer = call.ask(upload.port, keys[user] ?? "") else {
            throw WorldFailure("\(call.name) was not answered: \(upload.text)")
        }
        return answer
    }

    private func ask(
        _ user: String, _ head: String, _ body: String?, _ upload: DoorProgram
    ) throws -> RawAnswer {
        let form = "Content-Type: application/x-www-form-urlencoded\r\n"
        guard let port = upload.port,
            let answer = RawAnswer(
                to: head, body, keys[user] ?? "", port: port,
                more: head.hasSuffix("/api/v2") ? form : "")
        else { throw WorldFailure("\(head) was not answered: \(upload.text)") }
        return answer
    }
}

extension Works {
    /// Whether a program holds its lock. To try the lock would stop a program that just starts.
    func isHeld(_ program: String) -> Bool { holder(of: program) != nil }

    /// The process of these works that holds a program's lock.
    func holder(of program: String) -> Int32? {
        // A file of another disk may have the number of ours.
        LockHolder.process(running: program, inSpool: spool).flatMap {
            content(at: "/proc/\($0)/cmdline")?.contains(configuration) == true ? $0 : nil
        }
    }

    /// Puts a backup in the ledger's place, as an operator may while programs run.
    func putBack(_ backup: String) throws {
        let script = "cd '\(path)/var' && rm -f ledger.sqlite* && cp '\(backup)' ledger.sqlite"
        guard shellRun(script).status == 0 else {
            throw WorldFailure("\(backup) cannot be restored")
        }
    }
}
