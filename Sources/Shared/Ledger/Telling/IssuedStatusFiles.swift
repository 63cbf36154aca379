import Tables
import Timestamps

/// A status file that is committed and may not be on disk yet.
package struct StatusFile: Sendable {
    package let user: UserID
    package let sequence: Int64
    package let content: [UInt8]
}

extension Ledger {
    /// The most changes that one status file reports; more make another file.
    static let changesPerStatusFile = 5_000

    /// Gives every user with changes the next status file, several files a commit: the number, the
    /// bytes, and the note that these changes are reported. A user's numbers rise without a gap.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - isOver: whether the time is up; what is left waits for the next call.
    ///   - render: makes the bytes of a file.
    /// - Throws: `StoreError`, `LedgerError`.
    package func issueStatusFiles(
        at now: Timestamp, until isOver: () -> Bool = { false },
        render: (ChangeReport) -> [UInt8]
    ) throws {
        var isFirst = true
        while try read({ try Self.userWithChanges($0) }) != nil {
            defer { isFirst = false }
            if !isFirst, isOver() { return }
            try commit { db in
                var reported = 0
                while reported < Self.changesPerStatusFile, let user = try Self.userWithChanges(db)
                {
                    let report = try Self.takeChanges(of: user, db, at: now)
                    reported += report.changes
                    try Self.keep(report, render(report), db)
                }
            }
        }
    }

    /// The status files that are not on disk yet, by user and number.
    ///
    /// - Parameters:
    ///   - last: the file after which to begin.
    ///   - limit: the most files to return.
    ///   - contentLimit: no file follows the one that brings them to this many bytes.
    /// - Returns: the files.
    /// - Throws: `StoreError`.
    package func unpublishedStatusFiles(
        after last: StatusFile? = nil, limit: Int = 100, contentLimit: Int = 1 << 21
    ) throws -> [StatusFile] {
        try read { db in
            let waiting = try db.statement(
                """
                SELECT user_id, sequence, content FROM status_files
                WHERE content IS NOT NULL AND (user_id, sequence) > (?1, ?2)
                ORDER BY user_id, sequence
                """)
            waiting.bind(1, last?.user.rawValue ?? "")
            waiting.bind(2, last?.sequence ?? 0)
            defer { waiting.reset() }
            var files: [StatusFile] = []
            var bytes = 0
            while files.count < limit, bytes < contentLimit, try waiting.step() {
                let row = waiting.row
                // It is read as bytes: a text of megabytes would be checked and copied twice.
                let content = row.utf8(2).map { Array($0) } ?? []
                files.append(
                    StatusFile(user: try row[0], sequence: try row[1], content: content))
                bytes += content.count
            }
            return files
        }
    }

    /// Notes that status files are on disk.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func notePublished(_ files: [StatusFile]) throws {
        try commit { db in
            for file in files {
                try db.run(
                    """
                    UPDATE status_files SET content = NULL
                    WHERE user_id = \(file.user) AND sequence = \(file.sequence)
                    """)
            }
        }
    }
}

extension Ledger {
    private static func userWithChanges(_ db: any Connection) throws -> UserID? {
        try db.value("SELECT user_id FROM changes LIMIT 1")
    }

    private static func keep(
        _ report: ChangeReport, _ content: [UInt8], _ db: any Connection
    ) throws {
        try db.run(
            """
            INSERT INTO status_files (user_id, sequence, at, content)
            VALUES (\(report.user), \(report.sequence), \(report.at),
                    \(String(decoding: content, as: UTF8.self)))
            """)
    }
}
