import GRDB
import Tables
import Timestamps

/// A status file that is committed and not yet known to be on disk.
package struct StatusFile: Sendable {
    package let user: UserID
    package let sequence: Int64
    package let content: [UInt8]
}

extension Ledger {
    /// The most changes one status file tells; more make another file.
    static let changesPerStatusFile = 5_000

    /// Gives every user with changes his next status file, some files a commit: the number, the
    /// bytes, and that these changes are told. The numbers of a user rise without a gap. What is left
    /// when `isOver` says that the time is up stays for the next time.
    package func issueStatusFiles(
        at now: Timestamp, until isOver: () -> Bool = { false },
        render: (ChangeReport) -> [UInt8]
    ) throws {
        var isFirst = true
        while try read({ try Self.userToTell($0) }) != nil {
            defer { isFirst = false }
            if !isFirst, isOver() { return }
            try commit { db in
                var told = 0
                while told < Self.changesPerStatusFile, let user = try Self.userToTell(db) {
                    let report = try Self.takeChanges(of: user, db, at: now)
                    told += report.changes
                    try Self.keep(report, render(report), db)
                }
            }
        }
    }

    /// The status files that are to be written, by user and number; those after `last`. No more than
    /// `limit`, and no more after the one that brings them to `contentLimit` bytes.
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
            var files: [StatusFile] = []
            var bytes = 0
            while files.count < limit, bytes < contentLimit {
                guard try waiting.step() else { return files }
                files.append(
                    StatusFile(
                        user: UserID(rawValue: waiting.text(0)!)!, sequence: waiting.integer(1)!,
                        content: waiting.utf8(2).map { Array($0) }!))
                bytes += files.last!.content.count
            }
            waiting.reset()
            return files
        }
    }

    /// Notes that status files are on disk.
    package func notePublished(_ files: [StatusFile]) throws {
        try commit { db in
            for file in files {
                try db.grdb.cachedStatement(
                    sql: """
                        UPDATE status_files SET content = NULL WHERE user_id = ? AND sequence = ?
                        """
                ).execute(arguments: [file.user, file.sequence])
            }
        }
    }
}

extension Ledger {
    private static func userToTell(_ db: any Connection) throws -> UserID? {
        try UserID.fetchOne(db.grdb.cachedStatement(sql: "SELECT user_id FROM changes LIMIT 1"))
    }

    private static func keep(
        _ report: ChangeReport, _ content: [UInt8], _ db: any Connection
    ) throws {
        try db.grdb.cachedStatement(
            sql: """
                INSERT INTO status_files (user_id, sequence, at, content) VALUES (?, ?, ?, ?)
                """
        ).execute(arguments: [
            report.user, report.sequence, report.at, String(decoding: content, as: UTF8.self),
        ])
    }
}
