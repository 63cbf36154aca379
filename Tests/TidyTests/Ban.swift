import Testing

/// Something that is not allowed in this code base, and what to write instead.
struct Ban: Sendable, CustomTestStringConvertible {
    /// What is banned. A phrase counts only between word boundaries.
    let phrases: [String]
    /// Which part of a file is searched.
    let part: Part
    /// The folders in which it is banned.
    let places: [String]
    /// Files that need it. The reason stands beside each in the table.
    let exceptions: [String]
    let instead: String
    /// A line that breaks the rule, to test that the rule finds it.
    let example: String

    enum Part: Sendable {
        case code, text, comments
    }

    var testDescription: String { phrases.joined(separator: ", ") }

    private init(
        _ phrases: [String], in part: Part = .code, from places: [String], example: String,
        except exceptions: [String] = [], instead: String
    ) {
        self.phrases = phrases
        self.part = part
        self.places = places
        self.exceptions = exceptions
        self.instead = instead
        self.example = example
    }

    private static let everywhere = ["Sources", "Tests"]
    private static let stages = [
        "Sources/ingest", "Sources/dispatch", "Sources/poll", "Sources/report",
    ]

    static let all: [Ban] = [
        Ban(
            ["Double", "Float", "Decimal"], from: ["Sources"], example: "let balance: Double = 0",
            instead: "Amount, Rate and Percent count exactly; a duration is whole milliseconds."),
        Ban(
            ["JSONDecoder", "JSONEncoder", "JSONSerialization"], from: everywhere,
            example: "try JSONDecoder().decode(Batch.self, from: data)",
            instead: "StrictJSON reads and writes. JSONDecoder crashes on 513 unclosed brackets."),
        Ban(
            ["NSRegularExpression"], from: everywhere, example: "NSRegularExpression(pattern: p)",
            instead: "A few lines over bytes."),
        Ban(
            [#"\d"#], in: .text, from: ["Sources"], example: ##"let digits = #"\d"#"##,
            instead: "[0-9]: the other matches the digits of every script."),
        Ban(
            [#"\d"#, #"\d+"#], from: ["Sources"], example: #"let digits = /\d+/"#,
            instead: "[0-9]: the other matches the digits of every script."),
        Ban(
            ["INSERT OR IGNORE", "INSERT OR REPLACE", "REPLACE INTO"], in: .text,
            from: ["Sources"], example: #"let sql = "INSERT OR IGNORE INTO orders""#,
            instead: """
                ON CONFLICT (columns) DO …: the first swallows a broken CHECK, the others get past \
                a trigger on DELETE.
                """),
        Ban(
            ["try!"], from: ["Sources"], example: "let amount = try! charge.prorated(1, of: 2)",
            except: [
                "Sources/sandbox/PanelOrder.swift",  // A part of the whole cannot overflow.
                "Sources/sandbox/SandboxServer.swift",  // USD is a currency.
            ],
            instead: "Throw it, or say in a preconditionFailure why it cannot be."),
        Ban(
            ["sleep", "usleep", "nanosleep"], from: stages + ["Sources/Shared"],
            example: "try await Task.sleep(for: .seconds(1))",
            instead: "A due date in the ledger: a run does what is due, and ends."),
        Ban(
            ["print"], from: ["Sources"], example: #"print("done")"#,
            except: [
                "Sources/sandbox/Sandbox.swift"  // It prints where it listens.
            ],
            instead: "The logger of the run's context, its Summary, or `answer`."),
        Ban(
            [
                "strerror", "curl_easy_strerror", "curl_multi_strerror", "sqlite3_errmsg",
                "localizedDescription",
            ], from: ["Sources"], example: "String(cString: strerror(errno))",
            except: [
                // The one place for each library where its words get a sentence.
                "Sources/Shared/Failures/SystemWords.swift",
                "Sources/Shared/SQLiteTables/PreparedStatement.swift",
                "Sources/Shared/Transport/CurlWords.swift",
                "Sources/Shared/Transport/Wire.swift",
            ],
            instead: "SystemWords, CurlWords, StoreError: a library's words come after ours."),
        Ban(
            ["public", "open class"], from: everywhere, example: "public struct Order {}",
            instead: "package: nothing here is for other packages."),
        Ban(
            ["TODO", "FIXME", "XXX", "HACK"], in: .comments, from: everywhere,
            example: "// TODO: later",
            instead: "Do it, or write an issue."),
        Ban(
            ["INSERT INTO transactions", "UPDATE wallets SET balance"], in: .text,
            from: ["Sources"], example: #"let sql = "INSERT INTO transactions (id) VALUES (1)""#,
            except: ["Sources/Shared/Ledger/Money/Postings.swift"],
            instead: "Postings: only it moves money."),
        Ban(
            ["orders SET state"], in: .text, from: ["Sources"],
            example: #"let sql = "UPDATE orders SET state = 'placed'""#,
            except: [
                "Sources/Shared/Ledger/Orders/OrderMoves.swift",
                "Sources/Shared/Ledger/Orders/OrderMoves+Placing.swift",
            ],
            instead: "A move of OrderMoves: it moves the money too."),
    ]

    /// The lines of `file` that break the rule.
    func lines(in file: SourceFile) -> [Int] {
        guard file.isBelow(places), !file.isBelow(exceptions) else { return [] }
        return found(in: file)
    }

    /// The lines of `file` that say what is banned, even if it is an exception.
    func found(in file: SourceFile) -> [Int] {
        let part =
            switch part {
            case .code: file.parts.code
            case .text: file.parts.text
            case .comments: file.parts.comments
            }
        return Set(phrases.flatMap { part.lines(saying: $0) }).sorted()
    }
}
