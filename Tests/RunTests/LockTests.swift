import Glibc
import Run
import TestSupport
import Testing

@Test func `a lock has one holder while the body runs, and none afterwards`()
    async throws
{
    let folder = TemporaryFolder()
    let path = "\(folder.path)/spool/lock/ingest.lock"
    try await withLock(path) {
        await #expect(throws: LockError.held(path: path)) {
            try await withLock(path) { Issue.record("two hold the lock") }
        }
        try await withLock("\(folder.path)/spool/lock/poll.lock") {}
    }
    struct Failure: Error {}
    await #expect(throws: Failure.self) { try await withLock(path) { throw Failure() } }
    #expect(try await withLock(path) { 7 } == 7)
}

@Test func `a killed process loses its lock`() async throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/killed.lock"
    var child: pid_t = 0
    let words = ["flock", "--no-fork", path, "sleep", "600"]
    let arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    try #require(posix_spawnp(&child, "flock", nil, nil, arguments, environ) == 0)

    // The other process takes a moment to begin; without its lock this ends with a failure.
    var isHeld = false
    for _ in 0..<patience * 100 where !isHeld {
        do {
            try await withLock(path) {}
            usleep(10_000)
        } catch LockError.held {
            isHeld = true
        }
    }
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
    #expect(isHeld)
    try await withLock(path) {}
}

@Test func `the directory of locks is for its owner alone`() async throws {
    let folder = TemporaryFolder()
    try await withLock("\(folder.path)/spool/lock/ingest.lock") {}
    var status = stat()
    #expect(stat("\(folder.path)/spool/lock", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
}

@Test func `a lock that cannot be taken says where and why`() async throws {
    let folder = TemporaryFolder()
    folder.write("a file", to: "spool")
    let path = "\(folder.path)/spool/lock/ingest.lock"
    let error = await #expect(throws: LockError.failed(path: path, code: ENOTDIR)) {
        try await withLock(path) {}
    }
    #expect(
        error?.description == """
            the lock \(path) cannot be taken: \
            a part of the path is not a folder (Not a directory). \
            Nothing was run; correct the path and run again.
            """)
}
