/// Where a program is killed: right before a chosen system call.
package struct KillPoint: Sendable, CustomStringConvertible {
    package let call: String
    /// Which of the program's calls of that name, from 1.
    package let number: Int

    package init(_ call: String, _ number: Int) {
        self.call = call
        self.number = number
    }

    package var description: String { "\(call) \(number)" }

    /// Points at the calls of one name with these numbers.
    package static func points(
        at call: String, _ numbers: some Sequence<Int>
    ) -> [KillPoint] {
        numbers.map { KillPoint(call, $0) }
    }

    /// The command that runs `command` and does to it here what `injection` says, in strace's
    /// words.
    ///
    /// - `isLasting`: whether the same is done at every later call of that name.
    /// - `paths`: if any are given, calls count only that touch one of them.
    package func striking(
        _ command: String, _ injection: String, isLasting: Bool = false, at paths: [String] = []
    ) -> String {
        "exec strace -f -qq -o /dev/null -e trace=\(call) "
            + "-e inject=\(call):\(injection):when=\(number)\(isLasting ? "+" : "") "
            + paths.map { "-P '\($0)' " }.joined() + command
    }
}

/// Why a sweep cannot be made.
package struct NoPowerSwitch: Error, CustomStringConvertible {
    package let description =
        "there is no strace, so nothing was killed and nothing is proven; install it (make deps)"

    /// Returns if programs can be killed here.
    package static func check() throws {
        if shellRun("strace -o /dev/null true 2>&1").status != 0 { throw NoPowerSwitch() }
    }
}
