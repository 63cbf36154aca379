import Glibc
import TestSupport

/// The built `upload` on a free port, for as long as this object lives.
///
/// Beside it runs an `ingest` that takes what it drops and starts no `dispatch`: the test says when
/// orders are sent.
package final class UploadProcess: Sendable {
    /// Its address: `http://127.0.0.1:40000`.
    package let url: String
    private let process: Int32
    /// Closed once, by `deinit`.
    private nonisolated(unsafe) let pipe: UnsafeMutablePointer<FILE>

    /// Starts it for works, whose ledger must be there.
    ///
    /// - Throws: `WorldFailure` if it does not say where it listens.
    package init(_ works: Works) throws {
        let log = "\(works.path)/upload.log"
        // A test that is killed cannot end it, so something looks whether the test is still there.
        let script = """
            echo $$
            '\(builtProgram("ingest"))' --linger 600 --no-dispatch --quiet \
                --config '\(works.configuration)' >/dev/null 2>&1 &
            ingest=$!
            (while kill -0 $PPID && kill -0 $$; do sleep 1; done; kill $$ $ingest) >/dev/null 2>&1 &
            exec '\(builtProgram("upload"))' --port 0 --config '\(works.configuration)' 2>'\(log)'
            """
        guard let pipe = popen(script, "r") else { throw WorldFailure("no upload") }
        func line() -> String {
            var line = [CChar](repeating: 0, count: 512)
            fgets(&line, Int32(line.count), pipe)
            return String(
                decoding: line.prefix { $0 > 31 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        self.pipe = pipe
        guard let process = Int32(line()),
            let url = line().split(separator: " ").last, url.hasPrefix("http")
        else {
            pclose(pipe)
            throw WorldFailure("upload did not start: \(content(at: log) ?? "")")
        }
        (self.process, self.url) = (process, String(url))
    }

    deinit {
        kill(process, SIGTERM)
        pclose(pipe)
    }

    /// Calls the API v2 by curl.
    ///
    /// - Parameter fields: the fields of the form, as curl's options have them.
    /// - Returns: the body of the answer.
    package func call(_ fields: String...) -> String { call(fields) }

    package func call(_ fields: [String]) -> String {
        let options = fields.map { "--data-urlencode '\($0)'" }.joined(separator: " ")
        return shellRun("curl -sS -m 60 \(options) '\(url)/api/v2'").output
    }
}
