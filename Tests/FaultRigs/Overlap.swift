import TestHouse
import TestSupport

extension Rig {
    static let overlap = Rig(
        "overlap", "programs may overlap and be killed at random; books and providers agree"
    ) { extent, findings in
        let folder = TemporaryFolder(inMemory: true)
        let premises = Premises(path: "\(folder.path)/panel")
        let sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Premises.key)
        try premises.open(with: sandbox)
        let crowd = Crowd(premises, copies: extent == .full ? 8 : 2)
        let batches = extent == .full ? 300 : 12
        for batch in 1...batches { try premises.stage("\(batch)") }
        findings.trying("\(crowd.copies) copies of each program, seed \(crowd.seed)") {
            try crowd.work(dropping: batches, over: extent == .full ? 60 : 5)
        }
        findings.trying("once every doubt is resolved") {
            try premises.settle(with: ["sandbox": sandbox])
            return try premises.verdict(on: batches, by: sandbox)
        }
    }
}

/// Copies of every program in endless loops, and a backup after the other, with somebody among them who
/// kills: in turn whoever holds a lock, and anybody.
private struct Crowd {
    let premises: Premises
    let copies: Int
    let seed = Seeded().seed

    init(_ premises: Premises, copies: Int) {
        self.premises = premises
        self.copies = copies
    }

    /// Lets them work for so many seconds while batches are dropped; returns what none should have
    /// said, and what is wrong with the backups.
    func work(dropping batches: Int, over seconds: Int) throws -> [String] {
        let run = shellRun(script(dropping: batches, over: seconds))
        let said = Dictionary(
            run.output.split(separator: "\n").map { (String($0), 1) }, uniquingKeysWith: +)
        // Somebody was killed, somebody found the lock taken, and the shell tells of the killed, as
        // the next run of dispatch does of orders that one had on their way.
        let wanted = ["status 0", "status 75", "status 137"]
        let told = [Self.holderKilled, "Killed", "held in doubt"]
        let holders = said[Self.holderKilled] ?? 0
        // Beside them is what a killed one leaves: `N.part` and its journal.
        let backups = names(in: "\(premises.path)/backups").filter { Int($0) != nil }
        return wanted.filter { said[$0] == nil }.map { "nobody ended with \($0)" }
            + said.keys.filter { line in
                !wanted.contains(line) && !told.contains { line.contains($0) }
            }.sorted()
            + (holders * 3 < batches ? ["only \(holders) were killed that held a lock"] : [])
            + (backups.count * 4 < seconds ? ["only \(backups.count) backups were made"] : [])
            + (try backups.flatMap {
                try premises.faults(inBackup: "\(premises.path)/backups/\($0)")
            })
    }

    private static let holderKilled = "a holder of a lock was killed"

    /// Whoever holds a lock is stopped before he is killed, and looked at again: he held it then.
    private func script(dropping batches: Int, over seconds: Int) -> String {
        let loops = ["ingest", "dispatch", "poll", "report"].flatMap { program in
            (1...copies).map { "loop \(program).\($0) '\(builtProgram(program))' &" }
        }
        return """
            exec bash 2>&1 <<'END'
            cd '\(premises.path)'; export SANDBOX_KEY=\(Premises.key); RANDOM=\(seed % 32_768)
            mkdir running backups
            run() {
                "${@:2}" --config '\(premises.path)/pipeline.yaml' --quiet &
                echo $! >running/$1; wait $!; echo "status $?"
            }
            loop() { while [ ! -e stop ]; do run "$@"; done; }
            backups() {
                for number in $(seq 1000000); do
                    [ ! -e stop ] || break
                    run backup '\(builtProgram("admin"))' backup backups/$number
                    sleep 0.5
                done
            }
            holders() {
                local inodes=" $(stat -c %i spool/lock/*.lock | tr '\n' ' ')"
                awk -v inodes="$inodes" '$2 == "FLOCK" && split($6, file, ":") == 3 &&
                    index(inodes, " " file[3] " ") { print $5 }' /proc/locks |
                    grep -Fx -f <(cat running/*)
            }
            kill_holder() {
                for _ in $(seq 50); do
                    victims=($(holders))
                    ((${#victims[@]})) || continue
                    victim=${victims[RANDOM % ${#victims[@]}]}
                    kill -STOP $victim 2>/dev/null || continue
                    if holders | grep -qx $victim; then
                        kill -9 $victim && echo '\(Self.holderKilled)'; return
                    fi
                    kill -CONT $victim 2>/dev/null
                done
            }
            \(loops.joined(separator: "\n"))
            backups &
            for batch in $(seq \(batches)); do
                mv staged/$batch.json spool/resellers/acme/inbox/
                sleep \(Double(seconds) / Double(batches))
                if ((batch % 2)); then kill_holder; continue; fi
                victims=(running/*)
                kill -9 $(cat "${victims[RANDOM % ${#victims[@]}]}") 2>/dev/null
            done
            touch stop; wait
            END
            """
    }
}
