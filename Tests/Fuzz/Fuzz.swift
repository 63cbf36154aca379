import CFuzzer
import Glibc

/// Has libFuzzer drive one of our readers: `make fuzz`.
///
///     Fuzz TARGET --prepare FOLDER
///     Fuzz TARGET [libFuzzer's options] [corpora, or an input to repeat]
///
/// The first form writes the samples of a target to `FOLDER/seeds`, and its words to
/// `FOLDER/words`. An input that something is wrong with ends the process, so that libFuzzer keeps
/// it.
@main
enum Fuzz {
    /// Looked up at the first use, since a C function cannot be handed one.
    private static let target = FuzzTarget.all.first {
        $0.name == CommandLine.arguments.dropFirst().first
    }
    private nonisolated(unsafe) static let judge = try! target!.judge()

    static func main() {
        let words = CommandLine.arguments
        guard let target else {
            let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
            print("fuzz: the targets are \(names)")
            exit(64)
        }
        if words.count == 4, words[2] == "--prepare" { return prepare(target, in: words[3]) }
        var arguments = ([words[0]] + words.dropFirst(2)).map { strdup($0) } + [nil]
        var count = CInt(arguments.count - 1)
        let status = arguments.withUnsafeMutableBufferPointer { arguments in
            var first = arguments.baseAddress
            return LLVMFuzzerRunDriver(&count, &first) { Fuzz.feed($0, $1) }
        }
        exit(status)
    }

    private static func feed(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
        do {
            let complaint = try judge(Array(UnsafeBufferPointer(start: data, count: size)))
            if let complaint { fatalError(complaint) }
        } catch {
            fatalError("\(error)")
        }
        return 0
    }

    private static func prepare(_ target: FuzzTarget, in folder: String) {
        mkdir("\(folder)/seeds", 0o755)
        for (number, seed) in target.seeds.enumerated() {
            write(seed, to: "\(folder)/seeds/\(number)")
        }
        let words = target.words.map { word in
            let bytes = word.utf8.map { byte in
                #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            return "\"\(bytes.joined())\"\n"
        }
        write(Array(words.joined().utf8), to: "\(folder)/words")
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let stream = fopen(path, "w") else { fatalError("\(path) cannot be made") }
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
    }
}
