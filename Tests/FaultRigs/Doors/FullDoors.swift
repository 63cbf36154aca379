import TestHouse
import TestSupport

/// Clients of `upload` on a disk that is full for a while: whatever they hear must be true, and
/// when there is room again the same `upload` goes on.
struct FullDoors {
    private let disk: SmallDisk
    private let scene: DoorScene

    init() throws {
        disk = try SmallDisk()
        scene = try DoorScene(startsIngest: true, waitSeconds: 2, in: disk.path)
    }

    /// Faults if only so many pages are left while all calls are made.
    func seen(leaving pages: Int) throws -> [String] {
        let works = try scene.open()
        let upload = try DoorProgram(works)
        var calls = DoorScene.calls
        var answers = try disk.leaving(pages: pages) {
            DoorCall.askAll(calls, upload.port, scene.key)
        }
        let silent = zip(calls, answers).filter { $1.contains { $0 == nil } }
        let after = DoorCall.orders(batch: "after")
        calls.append(after)
        answers.append([after.ask(upload.port, scene.key)])
        let isServed = answers.last?.first??.status == 200
        let end = upload.end()
        try works.waitForPrograms()
        return silent.map { "\($0.0.name) got no answer" }
            + (isServed ? [] : ["with room again, it was not served: \(upload.text)"])
            + (end == 0 ? [] : ["upload ended with \(end ?? -1): \(upload.text)"])
            + (try DoorAftermath(works: works, key: scene.key, calls: calls).faults(of: answers))
    }
}
