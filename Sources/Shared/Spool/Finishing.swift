import Glibc
import Timestamps

/// A file that had its effect, and its destination.
package struct FinishedFile: Sendable {
    let file: CopiedFile
    /// The name to keep it under: its name in the inbox or door, or a substitute if a run that died
    /// lost it.
    let name: FileName
    let destination: Destination

    package enum Destination: Sendable {
        /// It was read, with whatever result.
        case archive(receivedAt: Timestamp)
        /// It could not be read.
        case quarantine
    }

    package init(_ file: CopiedFile, as name: FileName, to destination: Destination) {
        self.file = file
        self.name = name
        self.destination = destination
    }
}

extension Spool {
    /// Moves finished files out of `work`, then removes their originals from the inboxes (design.md
    /// §4, steps 7 and 8). Every step can be done twice.
    ///
    /// Returns why some could not be moved or removed; the next run finds them again.
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
                    file.workName, from: sources.at(work(of: file.dropper)),
                    as: FileName(KeptName.file(file.digest, finished.name)))
                moved.append(file)
            } catch  where error.isObstacle {
                obstacles.append(error)
            }
        }
        try targets.sync()
        try sources.sync()
        return (moved, obstacles)
    }

    /// Removes every original that is still the file that was copied. Any other file is a new one,
    /// and stays (`HeldEntry`).
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
                try passage.work.remove(file.name.held)
            } catch  where error.isObstacle {
                obstacles.append(error)
            }
        }
        try inboxes.sync()
        return obstacles
    }

    /// Moves an entry that we hold to quarantine as it is; or back into its inbox, if somebody has
    /// written to it since we took it.
    package func quarantine(_ held: HeldEntry, digest: String) throws(SystemError) {
        guard try held.isUnchanged() else { return try held.putBack() }
        var target = TouchedDirectories()
        let directory = try target.at(quarantine(of: held.dropper))
        let plain = KeptName.file(digest, held.name)
        var kept = plain
        var number = 1
        // Files that were never read share the digest of nothing, so the name may be taken.
        while try directory.status(of: FileName(kept)) != nil {
            number += 1
            kept = "\(plain)~\(number)"
        }
        try directory.take(held.name.held, from: held.passage.work, as: FileName(kept))
        try target.sync()
        try held.passage.work.sync()
        try held.passage.inbox.sync()
    }

    /// The directory and name of the file that says why a file is in quarantine.
    package func reasonFile(
        digest: String, _ name: FileName, of dropper: Dropper
    ) -> (directory: String, name: String) {
        (quarantine(of: dropper), KeptName.reason(of: KeptName.file(digest, name)))
    }
}
