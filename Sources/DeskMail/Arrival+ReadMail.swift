public import DeskModel

extension Arrival {
    /// What the envelope and the desk know of a mail beside its reading.
    public struct Delivered {
        /// SHA-256 of the raw bytes.
        public var raw: Digest
        /// SHA-256 of what `ContentDigest` says of them.
        public var content: Digest
        /// The envelope's sender; nil for `<>`.
        public var sender: Address?
        /// The envelope's recipients.
        public var recipients: [Address]

        /// Takes what the door knows of a mail.
        public init(raw: Digest, content: Digest, sender: Address?, recipients: [Address]) {
            self.raw = raw
            self.content = content
            self.sender = sender
            self.recipients = recipients
        }
    }

    /// The arrival that a read mail is; `signature` is the keyed hash of the desk's Message-IDs.
    public init(_ mail: ReadMail, delivered: Delivered, signature: SignedMessageID.Signature) {
        self.init(
            raw: delivered.raw, content: delivered.content, envelopeSender: delivered.sender,
            recipients: delivered.recipients)
        takeHead(of: mail)
        let rules = MachineRules(mail, hasNullSender: delivered.sender == nil)
        (suppress, machine) = (rules.suppression, rules.machine)
        answersOurs = ours(references, signature)
        ownEntry = ours([mail.messageID], signature).first
        if machine == .bounce {
            let ours = self.ours(mail.embeddedMessageIDs, signature)
            // A mail that is late may still arrive: such a report is one more text in its ticket.
            if mail.report == .delay { answersOurs += ours } else { reportsOurs = ours }
            diagnosis = mail.diagnosis
            // X-Failed-Recipients has them in one line.
            unreached = mail.failedRecipients.flatMap { $0.split { $0 == "," || $0 == " " } }.map { Address($0) }
        }
        body = mail.segments.map { Passage($0.kind == .new ? .new : .quoted, $0.text) }
        wholeBody =
            mail.isAnswer ? body : mail.segments.map { Passage($0.kind == .signature ? .quoted : .new, $0.text) }
        files = mail.files.map { MailFile(name: $0.name, type: $0.type, size: $0.size) }
        problems = mail.problems.map(\.words)
        isUnreadable = mail.problems.contains(.unreadable)
    }

    /// The texts of ours that Message-IDs name, and when each was queued as its id says.
    private mutating func ours(_ messageIDs: [String], _ signature: SignedMessageID.Signature) -> [EntryID] {
        let found = messageIDs.compactMap { SignedMessageID($0, signature: signature) }
        for id in found { if let at = id.at { queuedAt[id.entry] = max(at, queuedAt[id.entry] ?? at) } }
        return found.map(\.entry)
    }

    private mutating func takeHead(of mail: ReadMail) {
        if let author = mail.from.first {
            from = Address(author.address)
            fromName = author.name
            isFromNobody = MachineRules.isUnread(from)
        }
        let replies = mail.replyTo.filter(\.isSendable)
        replyTo = replies.map { Address($0.address) }
        replyToName = replies.first?.name ?? ""
        to = mail.to.map { Address($0.address) }
        cc = mail.cc.map { Address($0.address) }
        subject = mail.subject
        subjectKey = SubjectLine.key(mail.subject)
        messageID = mail.messageID.isEmpty ? nil : mail.messageID
        for id in mail.inReplyTo + mail.references.reversed() where !references.contains(id) { references.append(id) }
        numbers = SubjectLine.numbers(in: mail.subject)
    }
}

extension ReadMail {
    /// Whether its author answers something, so that what it quotes is old; what somebody forwards is new to us.
    fileprivate var isAnswer: Bool {
        switch SubjectLine.outerMark(of: subject) {
        case .answer: true
        case .forward: false
        case nil: !inReplyTo.isEmpty || !references.isEmpty
        }
    }
}
