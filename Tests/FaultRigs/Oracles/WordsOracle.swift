import Ledger
import Money
import Providers
import SQLiteTables
import Settings
import StrictJSON
import TestHouse
import TestSupport
import Transport

/// Knows when a person would read a library's words without a sentence of ours.
///
/// The first byte of an input says what is broken with the rest: a configuration (`c`), a
/// provider's reply (`r`), a batch file (`j`), or the ledger's own bytes (`l`).
package final class WordsOracle {
    private let folder = TemporaryFolder(inMemory: true)
    private let sound: [UInt8]
    private let currency: Currency
    private let endpoint = ProviderEndpoint(
        name: "alpha", url: "https://alpha.example/api/v2", key: "s3cr3t-k3y", connectTimeout: 1,
        totalTimeout: 1)

    /// - Throws: `WorldFailure` where no sound ledger can be made.
    package init() throws {
        currency = try Currency(parsing: "USD")
        let ledger = try Ledger.openUnchecked(
            in: SQLiteFile("\(folder.path)/sound"), currency: currency)
        try ledger.backUp(to: folder.write("", to: "copy"))
        guard let bytes = bytes(at: "\(folder.path)/copy") else {
            throw WorldFailure("a ledger cannot be copied")
        }
        sound = bytes
    }

    /// Breaks something by an input; what a person would read raw of what was said of it.
    package func complaint(about input: [UInt8]) -> String? {
        let rest = Array(input.dropFirst())
        return said(of: rest, as: input.first ?? 0).lazy.compactMap { message in
            RawWords.alone(in: message).map { "\($0.debugDescription) stands alone in: \(message)" }
        }.first
    }

    private func said(of bytes: [UInt8], as kind: UInt8) -> [String] {
        switch kind {
        case UInt8(ascii: "r"): replies(bytes)
        case UInt8(ascii: "j"): [failure { _ = try JSONValue(parsing: bytes) }].compactMap(\.self)
        case UInt8(ascii: "l"): [ledger(garbledBy: bytes)].compactMap(\.self)
        default: [configuration(bytes)].compactMap(\.self)
        }
    }

    private func configuration(_ bytes: [UInt8]) -> String? {
        let path = folder.write(bytes, to: "p.yaml")
        // What stands in the file is quoted.
        return failure { _ = try Settings.load(from: path) }
    }

    /// Whose words are a provider's own stands in quotation marks or behind the status.
    private func replies(_ body: [UInt8]) -> [String] {
        let finished = Finished(tag: 0, ending: .replied(Reply(status: 200, body: body)))
        var said: [String] = []
        if case .failure(let failure) = endpoint.balance(in: finished) { said.append(failure.text) }
        if case .failure(let failure) = endpoint.catalogue(in: finished) {
            said.append(failure.text)
        }
        if case .failure(let failure) = endpoint.statuses(of: ["1"], in: finished) {
            said.append(failure.text)
        }
        return said
    }

    /// What is said of a ledger in which some bytes are others: three of the input are a place and
    /// a byte.
    private func ledger(garbledBy bytes: [UInt8]) -> String? {
        var garbled = sound
        for index in stride(from: 0, to: bytes.count - 2, by: 3) {
            let place = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            // Half of the places are in the first page, where the schema begins.
            garbled[place % (place & 1 == 0 ? 4_096 : garbled.count)] = bytes[index + 2]
        }
        for end in ["-wal", "-shm"] { folder.write("", to: "garbled\(end)") }
        let path = folder.write(garbled, to: "garbled")
        return failure {
            let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: currency)
            try ledger.checkSoundness()
            _ = try ledger.users()
        }
    }

    private func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    package static let samples =
        ["c\(ConfigurationOracle.sample)", "l\u{1}\u{2}\u{3}", "l\u{0}\u{64}\u{7F}", "l"]
        + ReplyOracle.samples.map { "r\($0)" } + ReaderOracle.samples.map { "j\($0)" }

    package static let words =
        ConfigurationOracle.words + ReaderOracle.words + ["c", "r", "j", "l", "\u{0}\u{10}\u{0}"]
}
