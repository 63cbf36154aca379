import StrictJSON

/// A habit in which real panels differ from the vendor's documentation (provider-api.md §7).
package enum Habit: String, CaseIterable, Sendable {
    case strings, numbers, names, words, separators, lists, bare, silent, wrapped, codes, warning

    /// One line for the manual page.
    package var help: String {
        switch self {
        case .strings: "every number is a string, every flag \"1\" or \"0\""
        case .numbers: "every number is a number, every flag 1 or 0, unless `strings`"
        case .names: "order_id, start_counter, drip_feed"
        case .words: "other spellings of statuses, types, flags and unknown counts"
        case .separators: "amounts and counts as \"1,234.50\", unless `numbers`"
        case .lists: "several statuses as a list of objects"
        case .bare: "among several, a bad id is answered by a bare string"
        case .silent: "among several, a bad id is left out"
        case .wrapped: "{\"status\":\"success\",…}, {\"services\":[…]}, {\"status\":\"error\",…}"
        case .codes: "business errors with HTTP 4xx instead of 200"
        case .warning: "a byte order mark and a PHP warning before the JSON"
        }
    }
}

/// How one panel spells its answers: the vendor's way, except for its habits.
package struct Dialect: Sendable {
    private let habits: Set<Habit>

    package init(_ habits: Set<Habit> = []) {
        self.habits = habits
    }

    func has(_ habit: Habit) -> Bool {
        habits.contains(habit)
    }

    /// The whole body that says `reply`.
    package func body(_ reply: Reply) -> [UInt8] {
        var writer = JSONWriter()
        write(has(.wrapped) ? wrapped(reply) : reply, to: &writer)
        return (has(.warning) ? Self.warning : []) + writer.bytes
    }

    /// The HTTP status that goes with `reply`.
    package func status(_ reply: Reply) -> Int {
        if has(.codes), case .refused(let refusal) = reply { refusal.code } else { 200 }
    }

    private static let warning = Array(
        "\u{FEFF}<br />\n<b>Warning</b>:  Undefined array key \"runs\" on line <b>42</b><br />\n"
            .utf8)

    /// The whole answer of a panel that says in every answer whether it succeeded.
    private func wrapped(_ reply: Reply) -> Reply {
        switch reply {
        case .refused(let refusal):
            .object(["status": .text("error"), "message": .text(refusal.text)])
        case .placed(let order): .object(["status": .text("success"), "order": .id(order)])
        case .catalogue(let services): .object(["services": .list(services)])
        default: reply
        }
    }
}
