import TestSupport
import Testing

/// The short form of the sweep; `make test-faults` visits every point.
@Suite(.serialized) struct KillTests {
    /// How many moments of each system call are visited.
    private static let pointsPerCall = 8

    @Test func `wherever a run is killed, the next one leaves what an undisturbed run leaves`()
        throws
    {
        let rig = try KillRig(scene().folder)
        let expected = try rig.undisturbed()
        #expect(expected.isSound)
        let points = try rig.points()
        for call in KillRig.calls {
            for point in Self.spread(points.filter { $0.call == call }) {
                let aftermath = try rig.aftermath(of: point)
                #expect(aftermath.difference(from: expected) == [], "killed at \(point)")
            }
        }
    }

    /// A few of `points`, from the first to the last.
    private static func spread(_ points: [KillPoint]) -> [KillPoint] {
        guard points.count > pointsPerCall else { return points }
        return (0..<pointsPerCall).map { points[$0 * (points.count - 1) / (pointsPerCall - 1)] }
    }

    /// Several resellers with several files: good, partly good, all or nothing, unreadable, known
    /// already; and the desk's.
    private func scene() throws -> Shop {
        let shop = try Shop(
            // Commits that end by the clock would come elsewhere in a run that is traced.
            """
            intake: {min_free_bytes: 0, settle_seconds: 0, max_files_per_commit: 2,
                     commit_milliseconds: 60000}
            """)
        try shop.add()
        try shop.add("zenith", funds: "2")
        let known = orders("known", count: 2)
        _ = try shop.drop(known, as: "known.json")

        shop.put(known, as: "known-again.json")
        shop.put(orders("first", count: 40), as: "first.json")
        shop.put(#"{"orders": [{"service": 101"#, as: "torn.json")
        shop.put(
            """
            {"batch": "mixed", "orders": [{"service": 9}],
             "withdrawals": [{"ref": "W", "amount": 1, "to": "IBAN"}],
             "deposits": [{"ref": "D", "method": "bank", "reference": "T", "amount": 5}]}
            """, as: "mixed.json")
        shop.put(orders("poor", count: 3), as: "poor.json", by: "zenith")
        shop.put(
            #"{"all_or_nothing": true, "orders": [{"service": 101}]}"#, as: "whole.json",
            by: "zenith")
        shop.put(
            """
            {"users": [{"user": "new"}], "bans": [{"user": "new"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "T", "amount": 5}]}
            """, as: "bank.json", by: "desk")
        return shop
    }

    private func orders(_ batch: String, count: Int) -> String {
        let lines = (1...count).map {
            """
            {"ref": "\(batch)-\($0)", "service": 101, "link": "\(batch)/\($0)", "quantity": 900}
            """
        }
        return #"{"batch": "\#(batch)", "orders": [\#(lines.joined(separator: ", "))]}"#
    }
}
