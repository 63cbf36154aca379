import Glibc

/// The seconds after which a test counts as hanging, however busy the machine is. No test waits for
/// less.
package let patience = 300

/// Waits until the condition is true; returns false if it was not within `patience`.
package func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<patience * 1_000 {
        if try condition() { return true }
        usleep(1_000)
    }
    return false
}
