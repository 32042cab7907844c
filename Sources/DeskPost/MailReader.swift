import CGMime
public import DeskMail

/// Reads raw mails into values with GMime; no mail makes it fail.
///
/// One per process: GMime's own initialisation is global. Not for use by several threads.
@safe public struct MailReader: ~Copyable {
    private let parser: EntityParser

    /// Initialises GMime.
    public init() throws(PostError) {
        g_mime_init()
        parser = try EntityParser()
    }

    deinit {
        parser.free()
    }

    /// The mail as a value. What could not be read is empty and noted in its `problems`.
    public func read(_ raw: [UInt8]) -> ReadMail {
        let repair = HeaderRepair(raw)
        if let mail = parse(repair, isHeadless: false) { return mail }
        // GMime gives nothing for a mail without one header field.
        if !raw.isEmpty, let mail = parse(repair, isHeadless: true) { return mail }
        var mail = ReadMail()
        mail.problems = [.unreadable]
        return mail
    }

    private func parse(_ repair: HeaderRepair, isHeadless: Bool) -> ReadMail? {
        let bytes = isHeadless ? Array("Subject:\n\n".utf8) + repair.bytes : repair.bytes
        return unsafe parser.message(bytes) { message in
            var mail = ReadMail()
            var walk = PartWalk(parser)
            unsafe walk.visit(message)
            var head = HeadReader(parser, undeclared: walk.charset)
            unsafe head.read(message, into: &mail)
            var cuts = walk.finish(&mail)
            cuts.add(head.cuts)
            cuts.add(repair.cuts)
            mail.problems = (isHeadless ? [.headless] : repair.problems) + head.problems + mail.problems
            if isHeadless { mail.fields = [] }
            return mail.bounded(cuts)
        }
    }
}
