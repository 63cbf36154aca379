import Glibc

/// Asks the person at the terminal.
enum Terminal {
    /// Asks a question; the answer is nil at the end of input.
    static func ask(_ question: String) -> String? {
        // Not on standard output, which carries the answer of the command.
        _ = write(STDERR_FILENO, question, question.utf8.count)
        return readLine()
    }

    /// Asks a question whose answer is not shown while it is typed.
    static func askSecretly(_ question: String) -> String? {
        var terminal = termios()
        guard tcgetattr(STDIN_FILENO, &terminal) == 0 else { return nil }
        var silent = terminal
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal)
            _ = write(STDERR_FILENO, "\n", 1)
        }
        return ask(question)
    }
}
