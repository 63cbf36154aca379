import StrictJSON
import Trade

extension JSONValue {
    /// The reply's complaint, if it has one: `{"error":…}`, or `{"status":"error","message":…}`
    /// (provider-api.md §7, quirk 14), with or without `success` beside it.
    var complaint: String? { complaint(isFailure: saysFailed) }

    /// The same. Some frameworks name the status in `error` ("Bad Request") and the cause in
    /// `message`.
    ///
    /// - Parameter isFailure: whether a message alone is a complaint.
    /// - Returns: the words of the complaint; nil if there is none.
    func complaint(isFailure: Bool) -> String? {
        let error = first(of: ["error", "errors"])?.complaintText
        guard isFailure || error != nil,
            let message = first(of: ["message", "msg"])?.complaintText, message != error
        else { return error }
        return error.map { "\($0): \(message)" } ?? message
    }

    /// Whether the reply calls itself a failure. The status of an order may read the same.
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

    /// The complaint, if the reply is nothing else. Beside answers, it belongs to one of them
    /// (quirk 13).
    ///
    /// - Parameter isFailure: whether the HTTP status says that the question failed.
    /// - Returns: the words of the complaint; nil if there is none, or something else as well.
    func soleComplaint(isFailure: Bool) -> String? {
        let frame: Set = [
            "error", "errors", "status", "success", "message", "msg", "code", "statusCode",
            "status_code", "error_code",
        ]
        let mayBeEmpty: Set = ["data", "order", "result"]
        guard
            members.allSatisfy({
                frame.contains($0.key) || mayBeEmpty.contains($0.key) && $0.value.isEmpty
            })
        else { return nil }
        return complaint(isFailure: isFailure || saysFailed)
    }

    /// Whether it holds nothing at all.
    private var isEmpty: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .number, .string: false
        }
    }

    /// The words of a complaint. Null, false, nothing and zero are ways to say that there is none.
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
