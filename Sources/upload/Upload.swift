import ArgumentParser
import Run
import Version

@main
struct Upload: Program {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Take files and orders over HTTP.",
        discussion: """
            Prints "upload listening on URL" and serves until SIGTERM. Files that resellers send \
            are dropped into the spool, where ingest takes them; an order waits for its receipt. \
            While a call waits and no ingest runs, it starts one (upload.start_ingest). It never \
            writes to the ledger. Keys are issued by admin key issue.

            Where it listens and all its limits are in the configuration, below upload. On SIGHUP \
            it reads them and the certificate again. On SIGTERM it accepts no more, ends the calls \
            in progress, and ends.

            Exit status: 0 stopped by SIGTERM; 70 stopped by something unexpected; 74 input or \
            output failed, or it could not listen; 75 another one runs for this spool; 78 bad \
            configuration, or there is no ledger yet.
            """,
        version: ProgramVersion.text)

    @OptionGroup var options: StageOptions

    @Option(help: "Address to listen on. (default: the configuration's)")
    var host: String?

    @Option(help: "Port to listen on; 0 takes a free one. (default: the configuration's)")
    var port: UInt16?

    func run() async throws {
        try await options.run("upload") { context in
            try await UploadServer(
                context: context, configuration: options.configuration,
                child: options.ofQuietChild, host: host, port: port.map { Int($0) }
            ).run()
        }
    }
}
