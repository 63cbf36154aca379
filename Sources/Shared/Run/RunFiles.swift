/// The files by which one run of a program knows of another, in the spool's `lock` directory.
package struct RunFiles {
    /// Locked while the program runs; it may stay there.
    package let lock: String
    /// How the last run ended (`LastRun`).
    let last: String

    /// - Parameters:
    ///   - program: the program's name, which is its files' too.
    ///   - spool: the path of the spool.
    package init(of program: String, inSpool spool: String) {
        let directory = Self.directory(inSpool: spool)
        lock = "\(directory)/\(program).lock"
        last = "\(directory)/\(program).last"
    }

    /// While it is there, a program that would go on ends after what it is doing (`admin recover`
    /// needs all locks).
    package static func stop(inSpool spool: String) -> String {
        "\(directory(inSpool: spool))/stop"
    }

    static func directory(inSpool spool: String) -> String { "\(spool)/lock" }
}
