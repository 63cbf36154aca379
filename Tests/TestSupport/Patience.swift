import Glibc

/// Seconds after which what did not come hangs, however busy the machine is. No test waits for
/// less.
package let patience = 300

/// Waits for what must come true; false if it did not while `patience` lasted.
package func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<patience * 1_000 {
        if try condition() { return true }
        usleep(1_000)
    }
    return false
}
