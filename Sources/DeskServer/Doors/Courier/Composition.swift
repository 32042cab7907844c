internal import DeskMail
internal import DeskModel

/// What a mail of ours is made of beside its letter: the ticket and the mail that it answers.
struct Composition: Equatable, Sendable {
    /// The ticket, for number and subject.
    let ticket: Ticket
    /// The mail that it answers; `nil` if none is known any more.
    let answered: Mail?

    /// The mail as the worker is to compose it. Nothing in it comes from clock or chance, so it is always the same.
    /// `unstamped` is the last event whose message has an id without a time.
    func mail(
        for outgoing: Outgoing, from sender: Address, host: String, unstamped: SequenceNumber,
        signature: SignedMessageID.Signature
    ) -> OutgoingMail {
        let letter = outgoing.letter
        // What may have gone out under an id without a time goes out under no other.
        let id = SignedMessageID(outgoing.entry, at: outgoing.sequence > unstamped ? outgoing.at : nil)
        let subject = answered?.subject ?? ticket.subject
        return OutgoingMail(
            kind: outgoing.isAutomatic ? .automatic : .answer, from: MailAddress(address: sender.description),
            to: letter.recipients.to.map(named), cc: letter.recipients.cc.map(named),
            subject: outgoing.isAutomatic
                ? SubjectLine.automatic(ticket.number, to: subject) : SubjectLine.answer(ticket.number, to: subject),
            text: letter.text, date: outgoing.at.milliseconds / 1000,
            messageID: id.text(host: host, signature: signature),
            inReplyTo: answered?.messageID ?? "", references: thread)
    }

    /// A recipient, with their name if they wrote what is answered.
    private func named(_ address: Address) -> MailAddress {
        let name = address == answered?.author ? answered?.authorName : nil
        return MailAddress(name: name ?? "", address: address.description)
    }

    /// The conversation so far, oldest first: what the answered mail answers, then that mail (RFC 5322 §3.6.4).
    private var thread: [String] {
        guard let answered else { return [] }
        return answered.references + (answered.messageID.map { [$0] } ?? [])
    }
}
