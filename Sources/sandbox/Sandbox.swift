import ArgumentParser
import Glibc

/// The program `sandbox`.
@main
struct Sandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "A provider with an API v2, for trying things out.",
        discussion: """
            Prints "sandbox listening on URL" and serves until it is stopped by a signal. It keeps \
            nothing: all it knows is gone when it ends.

            An order waits 5 seconds and takes 60, as does a refill; an accepted cancel takes 5. \
            Runs of a drip-feed begin at their interval; posts of a subscription appear one a \
            minute. --speed makes this faster. At --speed 0 the clock stands still and moves only \
            by the control path, which suits tests. To have orders end at once: --speed 1000000.

            DIALECT is the vendor's, or a list of habits, comma-separated:

            \(Manual.habits)

            If a link (or a subscription's user name) contains one of these words, the sandbox \
            misbehaves accordingly; the order is placed and paid for, or not:

            \(Manual.words)

            The control path is for this machine only and needs no key. It counts every add as \
            soon as its body is read, before anything else happens. "how" is \
            \(Manual.faults); with \
            "after":true the action is done before its answer is spoiled.

            \(Manual.control)

            Exit status: 64 wrong usage, 70 could not listen.
            """)

    @OptionGroup var options: SandboxArguments

    func run() async throws {
        let server: SandboxServer
        do {
            server = try await SandboxServer.start(options.checked())
        } catch let error as CannotListen {
            complain(error)
            throw ExitCode(70)
        }
        print("sandbox listening on \(server.url)")
        // Scripts wait for this line, often at the other end of a pipe.
        fflush(nil)
        try await server.wait()
    }
}

/// Writes to standard error what is wrong.
private func complain(_ error: some CustomStringConvertible) {
    var sentence = "sandbox: \(error)\n"
    _ = sentence.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
