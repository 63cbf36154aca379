import Glibc
import TestHouse
import TestSupport
import Testing

/// Whatever is killed and whoever overlaps: no order twice, none lost, the books right.
@Suite(.serialized) struct SurvivalTests {
    private static let kinds = ["plain", "sandbox-partial", "sandbox-cancel"]

    private func batch(_ number: String, of user: String) -> String {
        let orders = Self.kinds.map { kind in
            #"{"ref": "\#(number)-\#(kind)", "service": 101, "quantity": 100, "#
                + #""link": "https://\#(user).example/\#(number)/\#(kind)"}"#
        }
        return #""batch": "\#(number)", "orders": [\#(orders.joined(separator: ","))]"#
    }

    /// Judges when nothing is open any more: `orders` of each kind were accepted.
    private func judge(_ works: Works, orders: Int) throws {
        #expect(
            try works.table(
                """
                SELECT substr(ref, instr(ref, '-') + 1), state, count(*), min(refunded), max(refunded)
                FROM orders GROUP BY 1, 2 ORDER BY 1
                """) == [
                    "plain|completed|\(orders)|0|0",
                    "sandbox-cancel|canceled|\(orders)|108000|108000",
                    "sandbox-partial|partial|\(orders)|43200|43200",
                ])
        let counts = try works.sandbox.counts()
        #expect(counts.count == 3 * orders)
        #expect(counts.filter { $0.value != .init(received: 1, placed: 1) }.isEmpty)
        #expect(try works.findings() == [])
        for user in ["acme", "zenith"] { try works.expectStatusFilesComplete(for: user) }
    }

    @Test func `dispatch and poll can be killed at any system call`() throws {
        try NoPowerSwitch.check()
        let works = try Works(sandbox: "--speed 1000000 --balance 100000")
        // Three orders take dispatch 6 sends, 8 syncs and 90 writes; poll needs fewer.
        let points =
            KillPoint.points(at: "sendto", 1...6) + KillPoint.points(at: "fdatasync", 1...8)
            + KillPoint.points(at: "pwrite64", stride(from: 1, through: 85, by: 7))
            + KillPoint.points(at: "fsync", 1...2) + KillPoint.points(at: "ftruncate", 1...2)
            + KillPoint.points(at: "renameat", 1...1) + KillPoint.points(at: "write", 1...2)
            + KillPoint.points(at: "unlink", 1...2)
        var kills = 0
        for (index, point) in points.enumerated() {
            works.drop(batch("\(index)", of: "acme"), for: "acme")
            works.run("ingest")
            if works.kill("dispatch", at: point) { kills += 1 }
            works.run("dispatch")
            if works.kill("poll", at: point) { kills += 1 }
        }
        // Not every program makes every call so often.
        #expect(kills > points.count)
        let doubts = try works.table("SELECT count(*) FROM orders WHERE state = 'in_doubt'")
        #expect(doubts != ["0"], "no kill hit an order on its way, so nothing was shown")
        try works.settleEverything()
        try judge(works, orders: points.count)
    }

    @Test func `copies of every program may run at once`() throws {
        let works = try Works(sandbox: "--speed 1000000 --balance 100000")
        let files = 12
        for number in 1...files {
            for user in ["acme", "zenith"] {
                works.folder.write(
                    "{\(batch("\(number)", of: user))}", to: "staged/\(user)/\(number).json")
            }
        }
        let copies = ["ingest", "dispatch", "poll"].map { program in
            "(\(works.command(program)) --quiet; echo status $?) & "
        }.joined()
        let run = shellRun(
            """
            cd \(works.folder.path); export SANDBOX_KEY=k; exec 2>&1
            for number in $(seq \(files)); do
                for user in acme zenith; do
                    mv staged/$user/$number.json spool/resellers/$user/inbox/
                done
                for copy in 1 2 3; do \(copies) done; wait
            done
            """)
        let statuses = Set(run.output.split(separator: "\n"))
        #expect(statuses == ["status 0", "status 75"], "\(run.output)")
        try works.settleEverything()
        try judge(works, orders: 2 * files)
    }
}
