import TestHouse
import TestSupport

extension Rig {
    static let overlap = Rig(
        "overlap", "programs may overlap and be killed at random; books and providers agree"
    ) { extent, findings in
        let folder = TemporaryFolder(inMemory: true)
        let premises = Premises(path: folder.path)
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

/// Copies of every program in endless loops, with somebody among them who kills at random.
private struct Crowd {
    let premises: Premises
    let copies: Int
    let seed = Seeded().seed

    init(_ premises: Premises, copies: Int) {
        self.premises = premises
        self.copies = copies
    }

    /// Lets them work for so many seconds while batches are dropped; returns what none should have
    /// said.
    func work(dropping batches: Int, over seconds: Int) throws -> [String] {
        let loops = ["ingest", "dispatch", "poll", "report"].flatMap { program in
            (1...copies).map { "loop \(program).\($0) '\(builtProgram(program))' &" }
        }
        let run = shellRun(
            """
            exec bash 2>&1 <<'END'
            cd '\(premises.path)'; export SANDBOX_KEY=\(Premises.key); RANDOM=\(seed % 32_768)
            mkdir running
            loop() {
                while [ ! -e stop ]; do
                    "$2" --config '\(premises.path)/pipeline.yaml' --quiet &
                    echo $! >running/$1; wait $!; echo "status $?"
                done
            }
            \(loops.joined(separator: "\n"))
            for batch in $(seq \(batches)); do
                mv staged/$batch.json spool/resellers/acme/inbox/
                sleep \(Double(seconds) / Double(batches))
                victims=(running/*)
                kill -9 $(cat "${victims[RANDOM % ${#victims[@]}]}") 2>/dev/null
            done
            touch stop; wait
            END
            """)
        let said = Dictionary(
            run.output.split(separator: "\n").map { (String($0), 1) }, uniquingKeysWith: +)
        // Somebody was killed, somebody found the lock taken, and the shell tells of the killed.
        let wanted = ["status 0", "status 75", "status 137"]
        return wanted.filter { said[$0] == nil }.map { "nobody ended with \($0)" }
            + said.keys.filter { !wanted.contains($0) && !$0.contains("Killed") }.sorted()
    }
}
