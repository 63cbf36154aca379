/// The parts of the manual page that are rendered from the tables they describe.
enum Manual {
    static let habits = table(Habit.allCases.map { ($0.rawValue, $0.help) })

    static let words = table(
        Misbehaviour.all.map { ($0.word, "\($0.effect.rawValue): \($0.help)") })

    static let faults = (Fault.allCases.map(\.rawValue) + ["not_found"]).joined(separator: ", ")

    static let control = table([
        ("GET /control/orders", "what was sent and placed, also by link"),
        ("GET /control/orders/ID", "one order as it really is"),
        ("POST /control/misbehave", #"{"action":"status","how":"html","times":3}"#),
        ("POST /control/advance", #"{"seconds":3600}"#),
        ("POST /control/reset", "forgets everything, starts the clock again"),
        ("GET /healthz", "ok"),
    ])

    private static func table(_ rows: [(name: String, meaning: String)]) -> String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { name, meaning in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(meaning)"
        }.joined(separator: "\n")
    }
}
