/// The lessons of the first users (CHANGELOG.md): each part is one concern, in a file of its own.
package enum Schema4 {
    package static let sql = [identity, sale, sending, following, standing].joined(separator: "\n")
}
