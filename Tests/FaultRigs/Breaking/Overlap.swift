import TestHouse
import TestSupport

extension Rig {
    static let overlap = Rig(
        "overlap", "programs may overlap and be killed at random; books and providers agree"
    ) { extent, findings in
        let folder = TemporaryFolder(inMemory: true)
        let works = Works(path: "\(folder.path)/panel")
        let sandbox = try SandboxProcess("--speed 1000000 --balance 100000", key: Works.key)
        try works.open(with: sandbox, also: Works.door("start_ingest: true"))
        let crowd = Crowd(works, extent == .full ? .full : .short)
        let clients = DoorCrowd(works, key: try works.issueKey(), limit: crowd.work.limit)
        for batch in 1...crowd.work.batches { try works.stage("\(batch)") }
        findings.trying("\(crowd.work.copies) copies of each program, seed \(crowd.seed)") {
            clients.start(crowd.work.calls, pause: crowd.work.callPause)
            return try crowd.seen()
        }
        findings.trying("the answers over HTTP") { try clients.faults() }
        findings.trying("once every doubt is resolved") {
            try works.waitForPrograms()
            try works.settle(with: ["sandbox": sandbox])
            return try works.verdict(on: crowd.work.batches + crowd.work.calls, by: sandbox)
        }
    }
}

/// What must have happened before the crowd stops. None of it depends on speed: a busy machine
/// takes longer.
private struct CrowdWork {
    /// Of each program.
    let copies: Int
    /// How many files are dropped, and the seconds between two of them.
    let batches: Int
    let pause: Double
    /// How many batches come over HTTP, and the milliseconds between two calls of a client.
    let calls: Int
    let callPause: UInt32
    /// The fewest holders of a lock that are killed, and whole backups.
    let kills: Int
    let backups: Int
    /// The seconds after which a program counts as hanging.
    let limit: Int

    static let short = CrowdWork(
        copies: 2, batches: 12, pause: 0.4, calls: 12, callPause: 300, kills: 4, backups: 2,
        limit: 1_200)
    static let full = CrowdWork(
        copies: 8, batches: 300, pause: 0.2, calls: 300, callPause: 100, kills: 100, backups: 15,
        limit: 3_600)
}

/// Runs copies of every program in endless loops, and one backup after another, and kills among
/// them: in turn a process that holds a lock, and any process.
private struct Crowd {
    let works: Works
    let work: CrowdWork
    let seed = Seeded().seed

    init(_ works: Works, _ work: CrowdWork) {
        self.works = works
        self.work = work
    }

    /// Lets them work until enough has happened. Returns messages that no program should have
    /// written, and faults of the backups.
    func seen() throws -> [String] {
        _ = shellRun(script())
        let lines = (content(at: "\(works.path)/said") ?? "").split(separator: "\n")
        let said = Dictionary(lines.map { (String($0), 1) }, uniquingKeysWith: +)
        // Some are killed, some find the lock taken; the shell tells of the killed, the next run of
        // dispatch of the orders that a killed one had on their way, and upload of a killed ingest.
        let told = [
            Self.holderKilled, "Killed", "held in doubt", "upload listening on",
            "calls wait for it",
        ]
        let holders = said[Self.holderKilled] ?? 0
        // A killed backup leaves beside them `N.part` and its journal.
        let backups = names(in: "\(works.path)/backups").filter { Int($0) != nil }
        return Self.endings.filter { said[$0] == nil }.map { "nobody ended with \($0)" }
            + said.keys.filter { line in
                !Self.endings.contains(line) && !told.contains { line.contains($0) }
            }.sorted()
            + (holders < work.kills ? ["only \(holders) were killed that held a lock"] : [])
            + (backups.count < work.backups ? ["only \(backups.count) backups were made"] : [])
            + (try backups.flatMap {
                try works.faults(inBackup: "\(works.path)/backups/\($0)")
            })
    }

    /// The ways in which some run must end: well, with the lock taken, and killed.
    private static let endings = ["status 0", "status 75", "status 137"]
    private static let holderKilled = "a holder of a lock was killed"

    /// A process that holds a lock is stopped before it is killed, and checked again, so that it
    /// surely held the lock.
    private func script() -> String {
        let commands = ["ingest", "dispatch", "poll", "report", "upload"].map { program in
            (program, "'\(builtProgram(program))'\(program == "upload" ? " --port 0" : "")")
        }
        let loops = commands.flatMap { program, command in
            (1...work.copies).map { "loop \(program).\($0) \(command) &" }
        }
        return """
            cd '\(works.path)' && exec bash >>said 2>&1 <<'END'
            export SANDBOX_KEY=\(Works.key); RANDOM=\(seed % 32_768)
            mkdir running backups
            echo "$PWD/pipeline.yaml" >ours
            run() {
                "${@:2}" --config '\(works.path)/pipeline.yaml' --quiet &
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
                    while read holder; do
                        # Also an ingest that upload started, but nobody else's process.
                        ! grep -qsF -f ours /proc/$holder/cmdline || echo $holder
                    done
            }
            kill_holder() {
                for _ in $(seq 50); do
                    victims=($(holders))
                    ((${#victims[@]})) || continue
                    victim=${victims[RANDOM % ${#victims[@]}]}
                    kill -STOP $victim 2>/dev/null || continue
                    # grep -q would close the pipe on what still writes.
                    if holders | grep -x $victim >/dev/null; then
                        kill -9 $victim && echo '\(Self.holderKilled)'; return
                    fi
                    kill -CONT $victim 2>/dev/null
                done
            }
            has() { (($(grep -cxF "$1" said) >= $2)); }
            is_enough() {
                [ -e '\(DoorCrowd.end)' ] || return 1
                has '\(Self.holderKilled)' \(work.kills) || { kill_holder; return 1; }
                for ending in \(Self.endings.map { "'\($0)'" }.joined(separator: " ")); do
                    has "$ending" 1 || return 1
                done
                (($(ls backups | grep -cx '[0-9]*') >= \(work.backups)))
            }
            \(loops.joined(separator: "\n"))
            backups &
            for batch in $(seq \(work.batches)); do
                mv staged/$batch.json spool/resellers/acme/inbox/
                sleep \(work.pause)
                if ((batch % 2)); then kill_holder; continue; fi
                victims=(running/*)
                kill -9 $(cat "${victims[RANDOM % ${#victims[@]}]}") 2>/dev/null
            done
            until is_enough || ((SECONDS > \(work.limit))); do sleep \(work.pause); done
            touch stop; sleep 0.5
            while kill $(cat running/upload.*) 2>/dev/null; do sleep 0.1; done
            wait
            while grep -lsF -f ours /proc/[0-9]*/cmdline >/dev/null; do sleep 0.1; done
            END
            """
    }
}
