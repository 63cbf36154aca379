import Glibc

/// Runs a script of `sh`; returns its exit status, or 128 and the signal if it was killed, and its
/// standard output.
package func shellRun(_ script: String) -> (status: Int32, output: String) {
    guard let pipe = popen(script, "r") else {
        preconditionFailure("no shell: \(String(cString: strerror(errno)))")
    }
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
        let count = fread(&chunk, 1, chunk.count, pipe)
        guard count > 0 else { break }
        output += chunk[..<count]
    }
    let status = pclose(pipe)
    let signal = status & 0x7F
    return (
        signal == 0 ? status >> 8 & 0xFF : 128 + signal, String(decoding: output, as: UTF8.self)
    )
}
