import Glibc
import TestHouse
import TestSupport

/// `upload`, and the `ingest` that it starts, as `strace` saw them: what was on disk when a call
/// was answered (doors.md §1, rule 4).
struct DoorSyncOrder {
    /// One system call, with its place in the order in which calls began and ended.
    private struct Event {
        let name: Substring
        let arguments: Substring
        let begin: Int
        let end: Int
    }

    private var events: [Event] = []
    private let answers: [RawAnswer?]
    private let spool: String

    /// Makes three calls, one after the other: a file, a batch, and a single order.
    init() throws {
        try NoPowerSwitch.check()
        let scene = try DoorScene(startsIngest: true)
        let works = try scene.open()
        let trace = TemporaryFolder(inMemory: true)
        let names = "write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync,syncfs,renameat2,renameat"
        let upload = try DoorProgram(works) {
            "exec strace -D -f -y -qq -s 64 -o \(trace.path)/trace -e trace=\(names) \($0)"
        }
        let calls: [DoorCall] = [
            .put("new", batch: "new"), .orders(batch: "first"),
            .add("https://ref.example/1", ref: "R-1"),
        ]
        answers = calls.map { $0.ask(upload.port, scene.key) }
        _ = upload.end()
        try works.waitForPrograms()
        spool = works.spool
        // A call that another thread's splits begins on one line and ends on another.
        var begun: [Substring: Event] = [:]
        let lines = (content(at: "\(trace.path)/trace") ?? "").split(separator: "\n")
        for (index, line) in lines.enumerated() {
            if let half = line.firstMatch(of: /^([0-9]+) +<\.\.\. [a-z0-9]+ resumed>/) {
                guard let call = begun.removeValue(forKey: half.1) else { continue }
                events.append(
                    Event(
                        name: call.name, arguments: call.arguments, begin: call.begin, end: index))
            } else if let call = line.firstMatch(of: /^([0-9]+) +([a-z0-9]+)\((.*)/) {
                let event = Event(name: call.2, arguments: call.3, begin: index, end: index)
                if line.hasSuffix("<unfinished ...>") {
                    begun[call.1] = event
                } else {
                    events.append(event)
                }
            }
        }
    }

    /// Answers that came before what they promise was on disk.
    func hasty() -> [String] {
        let statuses = answers.map { $0?.status ?? 0 }
        guard statuses == [201, 200, 200] else { return ["the calls were answered \(statuses)"] }
        let drops = events.filter { $0.name == "renameat2" && $0.arguments.contains(doors) }
            .filter { $0.arguments.contains("/tmp>") }.sorted { $0.begin < $1.begin }
        let told = events.filter { event in
            ["write", "writev", "sendto", "sendmsg"].contains(event.name)
                && event.arguments.contains("HTTP/1.1 20")
        }.sorted { $0.begin < $1.begin }
        guard drops.count == 3, told.count == 3 else {
            return ["\(drops.count) drops and \(told.count) answers were seen, not 3"]
        }
        return zip(drops, told).enumerated().flatMap { number, pair in
            faults(of: pair.0, pair.1, isOrder: number > 0).map { "call \(number + 1): \($0)" }
        }
    }

    private var doors: String { "\(spool)/doors/acme>" }

    /// The faults of one file's way: its rename into the door, and the answer.
    private func faults(of drop: Event, _ told: Event, isOrder: Bool) -> [String] {
        var seen: [String] = []
        let staged = drop.arguments.firstMatch(of: /"(upload\.[0-9]+)"/).map { String($0.1) } ?? "?"
        let written = events.last {
            $0.name == "write" && $0.arguments.contains("/tmp/\(staged)>") && $0.end < drop.begin
        }
        if written == nil || !isSynced("/tmp/\(staged)>", from: written?.end ?? 0, to: drop.begin) {
            seen.append("\(staged) got its name before its bytes were synced")
        }
        if !isSynced(doors, from: drop.end, to: told.begin) {
            seen.append("answered before the door was synced")
        }
        let commit = "/var/ledger.sqlite-wal>"
        if isOrder, !isSynced(commit, from: drop.end, to: told.begin) {
            seen.append("answered before the commit was synced")
        }
        return seen
    }

    /// Whether something was synced by a call that began and ended between two others.
    private func isSynced(_ path: String, from first: Int, to last: Int) -> Bool {
        events.contains { event in
            let isIts = event.name == "syncfs" || event.arguments.contains(path)
            return ["fsync", "fdatasync", "syncfs"].contains(event.name) && isIts
                && event.begin > first && event.end < last
        }
    }
}
