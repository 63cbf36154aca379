import Glibc
import Logging
import Testing

@testable import Run

@Test func `progress is drawn on a terminal and leaves nothing behind`() throws {
    let (terminal, screen) = try pseudoTerminal()
    defer {
        close(screen)
        close(terminal)
    }
    let log = LogLines(
        program: "dispatch", format: .text, level: Logger.Level.notice, descriptor: screen)
    let progress = ProgressLine(
        program: "dispatch", descriptor: log.progressDescriptor, delay: .zero)
    progress("sent", 120, of: 5_000)
    #expect(read(terminal) == "\r\u{1B}[Kdispatch: sent 120 of 5000")
    progress.erase()
    #expect(read(terminal) == "\r\u{1B}[K")
    log.write(.notice, "sent")
    #expect(read(terminal).hasPrefix("\r\u{1B}[K2"))
}

@Test func `a run of less than a second draws nothing`() {
    let pipe = Pipe()
    let progress = ProgressLine(program: "dispatch", descriptor: pipe.input, delay: .seconds(3_600))
    progress("sent", 1, of: 2)
    progress.erase()
    #expect(pipe.text.isEmpty)
}

@Test func `progress is not drawn in a pipe, nor in a quiet run`() throws {
    #expect(LogLines(to: Pipe()).progressDescriptor == nil)
    let (terminal, screen) = try pseudoTerminal()
    defer {
        close(screen)
        close(terminal)
    }
    let quiet = LogLines(program: "ingest", format: .text, level: .error, descriptor: screen)
    #expect(quiet.progressDescriptor == nil)
}

/// A terminal: a program draws through `screen`, and a test reads through `terminal`.
private func pseudoTerminal() throws -> (terminal: Int32, screen: Int32) {
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(terminal >= 0)
    // <asm-generic/ioctls.h>: TIOCSPTLCK unlocks the other side, TIOCGPTPEER opens it.
    var isLocked: Int32 = 0
    try #require(ioctl(terminal, 0x4004_5431, &isLocked) == 0)
    let screen = ioctl(terminal, 0x5441, O_RDWR | O_NOCTTY)
    try #require(screen >= 0)
    return (terminal, screen)
}
