import Glibc
import Timestamps

/// A file that had its effect, and where it goes.
package struct FinishedFile: Sendable {
    let file: CopiedFile
    /// Under which it is kept: that of the inbox, unless a run that died forgot it.
    let name: FileName
    let destination: Destination

    package enum Destination: Sendable {
        /// Read, whatever came of it.
        case archive(receivedAt: Timestamp)
        /// Could not be read.
        case quarantine
    }

    package init(_ file: CopiedFile, as name: FileName, to destination: Destination) {
        self.file = file
        self.name = name
        self.destination = destination
    }
}

extension Spool {
    /// Moves finished files out of `work`, then takes their originals out of the inboxes. Steps 7 and
    /// 8 of design.md §4; every step can be done twice.
    ///
    /// Returns why some could not be moved or removed: the next run finds them again.
    package func finish(_ files: [FinishedFile]) throws(SystemError) -> [SystemError] {
        let (moved, obstacles) = try moveFromWork(files)
        return obstacles + (try removeOriginals(moved))
    }

    private func moveFromWork(
        _ files: [FinishedFile]
    ) throws(SystemError) -> (moved: [CopiedFile], obstacles: [SystemError]) {
        var targets = TouchedDirectories()
        var sources = TouchedDirectories()
        var moved: [CopiedFile] = []
        var obstacles: [SystemError] = []
        for finished in files {
            let file = finished.file
            let target =
                switch finished.destination {
                case .archive(let moment): archive(of: file.dropper, at: moment)
                case .quarantine: quarantine(of: file.dropper)
                }
            do {
                try targets.at(target).take(
                    FileName(file.digest), from: sources.at(work(of: file.dropper)),
                    as: FileName(keptName(file.digest, finished.name)))
                moved.append(file)
            } catch  where error.isObstacle {
                obstacles.append(error)
            }
        }
        try targets.sync()
        try sources.sync()
        return (moved, obstacles)
    }

    /// Removes an original that is still the file that was copied; any other is a new file, and stays
    /// (`HeldEntry`).
    private func removeOriginals(_ files: [CopiedFile]) throws(SystemError) -> [SystemError] {
        var inboxes = TouchedDirectories()
        var works = TouchedDirectories()
        var obstacles: [SystemError] = []
        for file in files {
            guard case .inbox(let identity) = file.origin else { continue }
            do {
                let passage = Passage(
                    inbox: try inboxes.at(inbox(of: file.dropper)),
                    work: try works.at(work(of: file.dropper)))
                guard try passage.take(file.name, identity) != nil else { continue }
                try passage.work.remove(file.name)
            } catch  where error.isObstacle {
                obstacles.append(error)
            }
        }
        try inboxes.sync()
        return obstacles
    }

    /// Moves an entry that we hold, as it is, to quarantine; back into its inbox, if it was written to
    /// since it is held.
    package func quarantine(_ held: HeldEntry, digest: String) throws(SystemError) {
        guard try held.isUnchanged() else { return try held.putBack() }
        var target = TouchedDirectories()
        let directory = try target.at(quarantine(of: held.dropper))
        let plain = keptName(digest, held.name)
        var kept = plain
        var number = 1
        // What was never read has the digest of nothing: another of that name may be there.
        while try directory.status(of: FileName(kept)) != nil {
            number += 1
            kept = "\(plain)~\(number)"
        }
        try directory.take(held.name, from: held.passage.work, as: FileName(kept))
        try target.sync()
        try held.passage.work.sync()
        try held.passage.inbox.sync()
    }

    /// Where the reason of a quarantined file is told, and under which name.
    package func reasonFile(
        digest: String, _ name: FileName, of dropper: Dropper
    ) -> (directory: String, name: String) {
        (quarantine(of: dropper), "\(keptName(digest, name)).reason.json")
    }

    func keptName(_ digest: String, _ name: FileName) -> String {
        "\(digest)-\(name.safe)"
    }
}
