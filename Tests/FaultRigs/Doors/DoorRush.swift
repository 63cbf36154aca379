import Glibc
import LoopbackProvider
import Synchronization
import TestHouse
import TestSupport

/// Many clients of `upload` at once, while it is told to stop, or while the `ingest` that they wait
/// for is killed again and again.
struct DoorRush {
    private let scene: DoorScene

    init() throws {
        scene = try DoorScene(startsIngest: true)
    }

    /// How many clients wait at once.
    private static let clients = 64

    /// The calls of a rush that ends: files, batches, and single orders with and without `ref`.
    static let calls: [DoorCall] = (1...clients).map { number in
        switch number % 4 {
        case 0: .put("file\(number)", batch: "file\(number)")
        case 1: .orders(batch: "batch\(number)")
        case 2: .add("https://ref.example/\(number)", ref: "R-\(number)")
        default: .add("https://plain.example/\(number)")
        }
    }

    /// Faults if `upload` is told to stop as soon as so many calls are answered. It must answer all
    /// that it has begun, and what it does not answer must never have an effect.
    func seen(stoppingAfter count: Int) throws -> [String] {
        let works = try scene.open()
        let upload = try DoorProgram(works, isQuiet: false)
        let heard = Atomic<Int>(0)
        // The object that runs it belongs to this thread.
        let process = upload.process
        let answers = DoorCall.askAll(Self.calls, upload.port, scene.key) {
            if heard.add(1, ordering: .relaxed).newValue == count { kill(process, SIGTERM) }
        }
        let end = upload.waitForEnd()
        let text = upload.text
        try works.waitForPrograms()
        let left = text.matches(of: /status=499/).count
        return (end == 0 ? [] : ["upload ended with \(end ?? -1): \(text.suffix(500))"])
            + (left == 0 ? [] : ["\(left) calls that had begun were left"])
            + (try DoorAftermath(
                works: works, key: scene.key, calls: Self.calls, isOrderly: true
            ).faults(of: answers))
    }

    /// Faults if `ingest` is killed so many times while all clients wait for it, each for one order
    /// after the other. Each must be answered, without being asked again.
    func seen(killingIngest times: Int) throws -> [String] {
        let works = try scene.open()
        let upload = try DoorProgram(works)
        let state = Mutex(Rush())
        let (port, key) = (upload.port, scene.key)
        let clients = (1...Self.clients).map { client in
            LoopbackThread {
                var number = 0
                while !state.withLock(\.isOver) {
                    number += 1
                    let link = "https://\(client).example/\(number)"
                    let answer = DoorCall.add(link, ref: "\(client)-\(number)").ask(port, key)
                    state.withLock { $0.note(answer, link) }
                    // So that the money lasts.
                    usleep(50_000)
                }
            }
        }
        let killed = killIngest(times, in: works) { state.withLock(\.isOver) }
        state.withLock { $0.isOver = true }
        for client in clients { client.join() }
        let end = upload.end()
        try works.waitForPrograms()
        try works.done("ingest")
        let rush = state.withLock(\.self)
        let orders = try works.table("SELECT link, id FROM orders WHERE ref NOT LIKE 'known%'")
        let told = rush.told.map { "\($0.key)|\($0.value)" }
        return rush.faults + (end == 0 ? [] : ["upload ended with \(end ?? -1): \(upload.text)"])
            + (killed == times ? [] : ["ingest was killed \(killed) times only"])
            + Set(told).symmetricDifference(orders).map { "\($0) was told or done, not both" }
            + (orders.count == told.count ? [] : ["\(orders.count) orders, \(told.count) told"])
            + (try works.findings())
    }

    private struct Rush {
        var isOver = false
        var told: [String: Int64] = [:]
        var faults: [String] = []

        mutating func note(_ answer: RawAnswer?, _ link: String) {
            told[link] = answer?.order
            if answer?.order != nil { return }
            faults.append("\(link) was answered \(answer?.summary ?? "not at all")")
            isOver = true
        }
    }

    /// Kills one `ingest` after the other, each some moments after it has begun, until it is over.
    ///
    /// Returns how many.
    private func killIngest(
        _ times: Int, in works: Works, until isOver: () -> Bool
    ) -> Int {
        var random = Seeded()
        for number in 0..<times {
            var ingest: Int32?
            _ = eventually {
                ingest = works.holder(of: "ingest")
                return ingest != nil || isOver()
            }
            guard let ingest, !isOver() else { return number }
            usleep(.random(in: 0...40_000, using: &random))
            kill(ingest, SIGKILL)
            _ = eventually { works.holder(of: "ingest") != ingest }
        }
        return times
    }
}
