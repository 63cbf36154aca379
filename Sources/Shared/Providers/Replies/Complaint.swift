import StrictJSON

extension JSONValue {
    /// What the reply complains of, if it does: `{"error":…}`, or `{"status":"error","message":…}`
    /// (provider-api.md §7, quirk 14).
    var complaint: String? {
        if let error = first(of: ["error", "errors"])?.complaintText { return error }
        return saysFailed ? first(of: ["message", "msg"])?.complaintText : nil
    }

    /// Whether the reply calls itself a failure. An order's own status may read the same.
    var saysFailed: Bool {
        if self["success"]?.flag == false { return true }
        guard let status = self["status"] else { return false }
        guard let word = status.text?.folded else { return status.flag == false }
        return switch word {
        case "error", "fail", "failed": true
        case "0", "false", "no", "": true
        default: false
        }
    }

    /// The complaint, if the reply is nothing else. Beside answers, it is one answer's (quirk 13).
    var soleComplaint: String? {
        let frame: Set = ["error", "errors", "status", "success", "message", "msg", "code"]
        return members.allSatisfy { frame.contains($0.key) } ? complaint : nil
    }

    /// The words of a complaint. Null, false, nothing and zero are how some say there is none.
    private var complaintText: String? {
        switch self {
        case .null, .bool(false): nil
        case .bool(true): "true"
        case .string(let text): text.trimmingSpaces.isEmpty ? nil : text
        case .number(let number): number.integer == 0 ? nil : number.text
        case .array(let elements): elements.lazy.compactMap(\.complaintText).first
        case .object(let members):
            self["message"]?.complaintText ?? members.lazy.compactMap(\.value.complaintText).first
        }
    }
}
