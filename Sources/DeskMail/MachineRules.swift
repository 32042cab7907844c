public import DeskModel

/// Two questions about a message: may it be answered automatically, and is it the report of a machine?
///
/// The rules are those of other desks that were right most often on real bounces, complaint reports and vacation
/// notices. Many signs forbid an automatic reply only: a person who writes through a mailing list or a portal still has
/// something to say. Only a report says that no person wrote. The desk's own addresses, customers who want no
/// automatic reply and all limits are the engine's.
public struct MachineRules {
    let mail: ReadMail
    let hasNullSender: Bool

    /// Examines a message; `hasNullSender`: its envelope came with `<>`.
    public init(_ mail: ReadMail, hasNullSender: Bool) {
        self.mail = mail
        self.hasNullSender = hasNullSender || mail.values(of: "Return-Path").first?.filter { $0 != " " } == "<>"
    }

    /// The first rule that forbids an automatic reply to the message; `nil` if none does.
    public var suppression: SuppressReason? {
        if isAutoSubmitted { return .autoSubmitted }
        if hasNullSender { return .nullSender }
        if precedence != nil { return .precedence }
        if has(Self.listFields) { return .list }
        if isSuppressed { return .suppress }
        if has(Self.vendorFields, unlessNo: true) { return .vendor }
        if machine != nil { return .report }
        if isSenderMachine { return .sender }
        if MachineSubject.forbidsReply(mail.subject) { return .subject }
        return mail.values(of: "Received").count >= Self.maximumHops ? .loop : nil
    }

    /// What kind of report the message is; `nil` if it counts as a person's.
    public var machine: Machine? {
        if isBounce { return .bounce }
        return report != nil || isAutomaticReply ? .auto : nil
    }

    // MARK: Reports

    /// What the structure of the message says. People forward reports, too: then its parts are in a message of theirs.
    private var report: Report? {
        if mail.type == "multipart/report" { return mail.report ?? .other }
        return hasReplyMark && !isFromProgram ? nil : mail.report
    }

    /// A mail server says that it could not deliver. One sign that a person's message may have is never enough: people
    /// write from postmaster@, and about messages that were not delivered.
    private var isBounce: Bool {
        switch report {
        case .delivery, .delay: return true
        case .disposition, .feedback: return false
        case .other, nil: break
        }
        if has(["x-failed-recipients"]) || isFromMailServer { return true }
        guard !isAutomaticReply, isFromProgram || !hasReplyMark else { return false }
        if !mail.failedRecipients.isEmpty { return true }
        let isFailure = MachineSubject.isFailure(mail.subject)
        // Of most messages the text need not be read.
        guard isFromProgram || isFrom(Self.machineNames) || isFailure && !has(Self.clientFields) else { return false }
        let evidence = ReturnedMessage.evidence(in: mail)
        if isFromProgram, MachineSubject.isFailurePhrase(mail.subject, fromProgram: true) { return true }
        if isFrom(Self.officeNames), MachineSubject.isFailurePhrase(mail.subject) { return true }
        // A parcel service, too, generates "Delivery notification": it returns no message and names no reply code.
        if isFailure, isFromProgram, evidence.hasReplyCode || evidence.hasHeader { return true }
        if isFailure, isFrom(Self.officeNames), evidence.hasReplyCode || evidence.namesRecipient { return true }
        return evidence.isConclusive
    }

    /// A program has answered what it was sent: vacation notices and the like.
    private var isAutomaticReply: Bool {
        if hasAutoSubmitted(where: { $0 == "auto-replied" }) { return true }
        if precedence == "auto_reply" || precedence == "auto-reply" { return true }
        if has(Self.replyFields, unlessNo: true) { return true }
        if mail.values(of: "X-Apple-Action").contains(where: { $0.uppercased() == "VACATION" }) { return true }
        // Exchange marks the notices of people who are away as auto-generated only; others do not mark them, but they
        // answer without the reply mark that every mail program of a person puts before a subject.
        let isAnswer = !(mail.inReplyTo.isEmpty && mail.references.isEmpty) && !hasReplyMark
        return (isFromProgram || isSuppressed || isAnswer) && MachineSubject.isAbsence(mail.subject)
    }

    /// The envelope or the header says that a program sent the message by itself.
    private var isFromProgram: Bool {
        hasNullSender || isAutoSubmitted || mail.from.isEmpty || mail.type == "multipart/report"
            || precedence == "bulk" || precedence == "junk"
    }

    private var hasReplyMark: Bool {
        SubjectLine.withoutMarks(mail.subject).utf8.count < mail.subject.utf8.count
    }

    // MARK: Signs in the header

    /// RFC 3834 §5: whatever is not "no" was not sent by a person's own hand.
    private var isAutoSubmitted: Bool { hasAutoSubmitted { $0 != "no" } }

    private func hasAutoSubmitted(where matches: (String) -> Bool) -> Bool {
        mail.values(of: "Auto-Submitted").contains { value in
            let word = value.utf8.drop { $0.isBlank }.prefix { !$0.isBlank && $0 != UInt8(ascii: ";") }
            return !word.isEmpty && matches(String(Substring(word)).lowercased())
        }
    }

    /// Fields of `Received` in a message that goes round in circles; servers give up at 50 to 100 (RFC 5321 §6.3). It
    /// may still be a person's, so it is kept like any other: every round after the first is the same message again.
    private static let maximumHops = 30

    /// Fields of the programs that people write with: who reports that a message came back may copy all of it.
    private static let clientFields: Set<String> = ["user-agent", "x-mailer"]

    private static let precedences: Set<String> = ["bulk", "junk", "list", "auto_reply", "auto-reply"]

    /// Not "any Precedence": some mark their people's mail as first-class or never-bounce.
    private var precedence: String? {
        (mail.values(of: "Precedence") + mail.values(of: "X-Precedence")).map { $0.lowercased().filter { $0 != " " } }
            .first { Self.precedences.contains($0) }
    }

    private static let listFields: Set<String> = [
        "list-id", "list-unsubscribe", "list-post", "list-help", "list-archive", "mailing-list",
        "x-mailing-list", "x-beenthere", "x-mlserver", "x-ml-name",
    ]

    private var isSuppressed: Bool {
        mail.values(of: "X-Auto-Response-Suppress").contains { value in
            value.lowercased().split { $0 == "," || $0 == " " || $0 == ";" }
                .contains { $0 == "all" || $0 == "autoreply" || $0 == "oof" }
        }
    }

    /// Fields by which programs mark their replies; `no` in one of them says the opposite.
    private static let replyFields: Set<String> = [
        "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply",
    ]

    private static let vendorFields: Set<String> = replyFields.union([
        "x-autogenerated", "x-loop", "x-no-loop", "x-failed-recipients", "x-fc-machinegenerated",
    ])

    private func has(_ names: Set<String>, unlessNo: Bool = false) -> Bool {
        mail.fields.contains {
            $0.name.utf8.count <= 24 && names.contains($0.name.lowercased())
                && !(unlessNo && $0.value.lowercased() == "no")
        }
    }

    // MARK: Addresses

    /// The message cannot be answered: no author, or an address that no person reads.
    private var isSenderMachine: Bool {
        guard !mail.from.isEmpty else { return true }
        return (mail.from + mail.sender).contains { Self.isNamed(Address($0.address), in: Self.machineNames) }
    }

    private func isFrom(_ names: [String]) -> Bool {
        mail.from.contains { Self.isNamed(Address($0.address), in: names) }
    }

    private var isFromMailServer: Bool {
        isFrom(Self.serverNames)
            || mail.from.contains { author in
                let name = author.name.lowercased()
                return Self.serverTitles.contains { name.hasPrefix($0) }
            }
    }

    /// Programs only.
    private static let serverNames = [
        "mailer-daemon", "mailerdaemon", "maildaemon", "mail-daemon", "mdaemon", "mail.delivery.system",
    ]
    private static let serverTitles = ["mailer-daemon", "mailer daemon", "mail delivery s"]
    /// Programs, and now and then the person who looks after them.
    private static let officeNames = ["postmaster", "post_master", "post-master", "bounce", "bounces"]
    private static let unreadNames = [
        "no-reply", "noreply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "do.not.reply",
        "nicht-antworten", "keine-antwort", "keineantwort", "unattended",
    ]
    private static let machineNames = serverNames + officeNames + unreadNames + ["abuse"]

    /// Whether an address says of itself that no person reads what is sent to it.
    static func isUnread(_ address: Address) -> Bool {
        isNamed(address, in: unreadNames)
    }

    private static func isNamed(_ address: Address, in names: [String]) -> Bool {
        let local = address.local
        return names.contains { name in
            guard local.hasPrefix(name) else { return false }
            // With a tag, as `bounces+weber=example.org@` or `noreply-4711@`.
            return local.dropFirst(name.count).first.map { "+-._=".contains($0) } ?? true
        }
    }
}
