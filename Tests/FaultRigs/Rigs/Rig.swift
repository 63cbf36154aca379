import Glibc

/// A promise of ours, and what is done to break it (proof.md §1).
///
/// A rig works on built programs, real files and real sockets, and knows nothing of a test
/// framework: `make test` runs each in its short form, `make test-faults` in full.
package struct Rig: Sendable, CustomStringConvertible {
    /// What it is called on the command line: `ingest-kills`.
    package let name: String
    /// The promise in a few words, for the table.
    package let promise: String
    private let attack: @Sendable (Extent, inout Findings) throws -> Void

    init(
        _ name: String, _ promise: String,
        _ attack: @escaping @Sendable (Extent, inout Findings) throws -> Void
    ) {
        self.name = name
        self.promise = promise
        self.attack = attack
    }

    package var description: String { name }

    /// Runs it. A rig that cannot go on has broken its promise.
    package func run(_ extent: Extent) -> Findings {
        var findings = Findings()
        do {
            try attack(extent, &findings)
        } catch {
            findings.fail("the rig stopped: \(error)")
        }
        if findings.points == 0, findings.notice == nil {
            findings.fail("nothing was tried, so nothing is shown")
        }
        return findings
    }
}

/// How much of a rig is run.
package enum Extent: Sendable {
    /// Some points over the whole range, in seconds: that the rig does not rot.
    case short
    /// Every point.
    case full
}

/// What a rig found.
package struct Findings: Sendable {
    /// The points that were tried.
    package private(set) var points = 0
    /// The points at which the promise was broken, each with what was seen.
    package private(set) var failures: [String] = []
    /// Why something could not be tried here; nil if all was.
    package private(set) var notice: String?
    /// Only points are tried whose names have this text; nil: all.
    private let wanted = getenv("POINT").map { String(cString: $0) }

    /// Tries one point; `body` returns what it saw that should not be, or nothing.
    mutating func trying(_ point: String, _ body: () throws -> [String]) {
        guard isWanted(point) else { return }
        points += 1
        do {
            let seen = try body()
            if !seen.isEmpty { fail("\(point): " + seen.joined(separator: "; ")) }
        } catch {
            fail("\(point): \(error)")
        }
    }

    /// Tries one point that may not be there: `body` returns nil if the blow was never felt,
    /// because its run ended before. That shows nothing, and does not count.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    mutating func striking(_ point: String, _ body: () throws -> [String]?) -> Bool {
        guard isWanted(point) else { return false }
        do {
            guard let seen = try body() else { return false }
            trying(point) { seen }
            return true
        } catch {
            trying(point) { throw error }
            return false
        }
    }

    private func isWanted(_ point: String) -> Bool {
        wanted.map { point.contains($0) } ?? true
    }

    /// Notes what should not be.
    mutating func fail(_ what: String) {
        failures.append(what)
    }

    /// Says what cannot be tried on this machine.
    mutating func skip(_ reason: String) {
        notice = reason
    }
}
