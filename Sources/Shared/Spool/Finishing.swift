import Glibc
import Timestamps

/// A file that had its effect, and where it goes.
package struct FinishedFile: Sendable {
    let file: ClaimedFile
    /// Under which it is kept: that of the inbox, unless a run that died forgot it.
    let name: FileName
    let destination: Destination

    package enum Destination: Sendable {
        /// Read, whatever came of it.
        case archive(receivedAt: Timestamp)
        /// Could not be read.
        case quarantine
    }

    package init(_ file: ClaimedFile, as name: FileName, to destination: Destination) {
        self.file = file
        self.name = name
        self.destination = destination
    }
}

extension Spool {
    /// Moves finished files out of `work`, then takes their originals out of the inboxes. Steps 7 and
    /// 8 of design.md §4; every step can be done twice.
    ///
    /// Returns why originals could not be removed: the next run finds them again.
    package func finish(_ files: [FinishedFile]) throws(SystemError) -> [SystemError] {
        try moveFromWork(files)
        return try removeOriginals(files.map(\.file))
    }

    private func moveFromWork(_ files: [FinishedFile]) throws(SystemError) {
        var targets = TouchedDirectories()
        var sources = TouchedDirectories()
        for finished in files {
            let file = finished.file
            let target =
                switch finished.destination {
                case .archive(let moment): archive(of: file.dropper, at: moment)
                case .quarantine: quarantine(of: file.dropper)
                }
            try targets.at(target).take(
                FileName(file.digest), from: sources.at(work(of: file.dropper)),
                as: FileName(keptName(file.digest, finished.name)))
        }
        try targets.sync()
        try sources.sync()
    }

    /// Removes an original that is still the file that was copied; any other is a new file.
    private func removeOriginals(_ files: [ClaimedFile]) throws(SystemError) -> [SystemError] {
        var inboxes = TouchedDirectories()
        var obstacles: [SystemError] = []
        for file in files {
            guard case .work(let identity) = file.place else { continue }
            do {
                let inbox = try inboxes.at(inbox(of: file.dropper))
                guard let status = try inbox.status(of: file.name),
                    FileIdentity(status) == identity
                else { continue }
                try inbox.remove(file.name)
            } catch  where error.isObstacle {
                obstacles.append(error)
            }
        }
        try inboxes.sync()
        return obstacles
    }

    /// Moves an entry of an inbox, as it is, to quarantine.
    package func seclude(
        _ name: FileName, digest: String, from inbox: Inbox
    ) throws(SystemError) {
        var target = TouchedDirectories()
        let directory = try target.at(quarantine(of: inbox.dropper))
        let plain = keptName(digest, name)
        var kept = plain
        var number = 1
        // What was never read has the digest of nothing: another of that name may be there.
        while try directory.status(of: FileName(kept)) != nil {
            number += 1
            kept = "\(plain)~\(number)"
        }
        try directory.take(name, from: inbox.directory, as: FileName(kept))
        try target.sync()
        try inbox.directory.sync()
    }

    /// Where the reason of a quarantined file is told, and under which name.
    package func reasonFile(
        digest: String, _ name: FileName, of dropper: Dropper
    ) -> (directory: String, name: String) {
        (quarantine(of: dropper), "\(keptName(digest, name)).reason.json")
    }

    private func keptName(_ digest: String, _ name: FileName) -> String {
        "\(digest)-\(name.safe)"
    }
}
