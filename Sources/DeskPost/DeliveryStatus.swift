import DeskMail

/// What a `message/delivery-status` part says (RFC 3464 §2): who was not reached, and why.
struct DeliveryStatus {
    private(set) var failed: [String] = []
    private(set) var diagnosis = ""
    /// What was left out.
    private(set) var cuts = Cuts()
    /// It speaks of recipients, and of none that he was not reached.
    var isDelay: Bool { hasOthers && !hasFailures }
    private var hasOthers = false
    private var hasFailures = false

    mutating func read(_ text: String) {
        var recipients: [String] = []
        var action = ""
        var reason = ""
        for line in unfolded(text) + [""] {
            if line.isEmpty {
                conclude(recipients, action: action, reason: reason)
                (recipients, action, reason) = ([], "", "")
                continue
            }
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = String(line[line.index(after: colon)...]).trimmingBlanks
            switch line[..<colon].lowercased() {
            // Whom it was passed on to, and whom we sent it to.
            case "final-recipient", "original-recipient":
                let recipient = Self.withoutType(value)
                if !recipient.isEmpty, !recipients.contains(recipient) { recipients.append(recipient) }
            case "action": action = value.lowercased()
            case "diagnostic-code": reason = Self.withoutType(value)
            case "status": if reason.isEmpty { reason = value }
            default: break
            }
        }
    }

    private mutating func conclude(_ recipients: [String], action: String, reason: String) {
        guard action.hasPrefix("fail") else {
            hasOthers = hasOthers || !action.isEmpty
            return
        }
        hasFailures = true
        failed += recipients
        if diagnosis.isEmpty { diagnosis = reason }
    }

    /// `rfc822; weber@example.org` without its type and angle brackets.
    private static func withoutType(_ value: String) -> String {
        let rest = value.utf8.firstIndex(of: UInt8(ascii: ";")).map { value[value.index(after: $0)...] } ?? value[...]
        let bare = String(rest).trimmingBlanks
        return bare.hasPrefix("<") && bare.hasSuffix(">") ? String(bare.dropFirst().dropLast()) : bare
    }

    private mutating func unfolded(_ text: String) -> [String] {
        let all = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        var lines: [[UInt8]] = []
        for line in cuts.first(all, within: .reportLines) {
            let isContinuation = line.first == 0x20 || line.first == 0x09
            let words = String(decoding: line, as: UTF8.self).trimmingBlanks
            if isContinuation, let last = lines.indices.last, !words.isEmpty {
                lines[last] += [0x20] + words.utf8
            } else {
                lines.append(Array(words.utf8))
            }
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}
