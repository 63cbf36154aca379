import TestHouse

extension Works {
    /// Runs a program with its arguments, which a blow may strike.
    func run(_ command: String, struckBy blow: Blow?) -> Ending {
        run("\(command) --quiet") { blow?.striking($0) ?? "exec \($0)" }
    }

    /// Runs a program that a blow should kill. Returns whether it did; if not, the run must end
    /// well.
    func isKilled(_ command: String, by blow: Blow) throws -> Bool {
        let ending = run(command, struckBy: blow)
        guard ending.isKilled || ending.status == 0 else {
            throw WorldFailure("\(command) ended with \(ending.status): \(ending.text)")
        }
        return ending.isKilled
    }
}
