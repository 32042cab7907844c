import DeskMail
import DeskTestSupport
import Testing

struct WorkerCodecTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a mail that is bounded comes back as it went`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let mail = dice.mail()
        let frame = WorkerAnswer.mail(mail).frame()
        #expect(try WorkerAnswer(frame: Array(frame[4...])) == .mail(mail.bounded()))
        #expect(mail.bounded().bounded() == mail.bounded())
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `every other request and answer comes back too`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let server = Delivery.Server(
            host: "mx.example", port: dice.number(1...65535),
            protection: Delivery.Protection.allCases[dice.number(0...2)],
            user: "desk", password: "secret")
        let message = dice.list(500) { UInt8(truncatingIfNeeded: $0.next()) }
        let requests: [WorkerRequest] = [
            .read(message), .send(Delivery(server: server, sender: "", recipient: "w@example.org", message: message)),
            .compose(
                OutgoingMail(
                    kind: .automatic, from: MailAddress(name: "Hotline", address: "h@desk.example"),
                    to: [MailAddress(address: "w@example.org")],
                    cc: [MailAddress(name: "B", address: "b@example.org"), MailAddress(address: "c@d")],
                    subject: "Übung", text: "a\nb", date: -5,
                    messageID: "t1.e1.x@desk.example", inReplyTo: "a@b", references: ["c@d", "a@b"])),
        ]
        for request in requests { #expect(try WorkerRequest(frame: Array(request.frame()[4...])) == request) }
        let answers: [WorkerAnswer] = [
            .composed(message), .delivered(.accepted("250 ok")), .delivered(.refused("550")), .delivered(.later("451")),
            .delivered(.uncertain("354")), .refused("no"),
        ]
        for answer in answers { #expect(try WorkerAnswer(frame: Array(answer.frame()[4...])) == answer) }
    }

    @Test func `a frame that is cut anywhere is an error, not a trap`() throws {
        var dice = Dice(seed: 7)
        let frame = Array(WorkerAnswer.mail(dice.mail()).frame()[4...])
        for end in 0..<frame.count {
            #expect(throws: MailError.self) { try WorkerAnswer(frame: Array(frame[..<end])) }
        }
        #expect(throws: MailError.trailing) { try WorkerAnswer(frame: frame + [0]) }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `what a hijacked worker writes is refused or keeps every promise`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        var frame = Array(WorkerAnswer.mail(dice.mail()).frame()[4...])
        for _ in 0..<dice.number(1...12) { frame[dice.number(0...(frame.count - 1))] = UInt8(dice.number(0...255)) }
        guard case .mail(let mail)? = try? WorkerAnswer(frame: frame) else { return }
        let lines = mail.fields.flatMap { [$0.name, $0.value] } + [mail.subject, mail.diagnosis] + mail.references
        #expect(lines.allSatisfy { !$0.utf8.contains(0) && !$0.utf8.contains(10) && !$0.utf8.contains(13) })
        #expect(mail.segments.allSatisfy { !$0.text.utf8.contains(0) && !$0.text.utf8.contains(13) })
    }

    @Test func `a length that lies allocates nothing`() {
        // An answer with a mail whose list of fields claims four thousand million entries.
        #expect(throws: MailError.tooLarge(0xFFFF_FFFF)) { try WorkerAnswer(frame: [1, 0xFF, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: MailError.truncated) { try WorkerAnswer(frame: [1, 0, 0, 3, 0xE8]) }
        #expect(throws: MailError.truncated) { try WorkerAnswer(frame: []) }
        #expect(throws: MailError.malformed) { try WorkerAnswer(frame: [9]) }
    }

    @Test(arguments: 1...9)
    func `frames survive any split of the pipe`(step: Int) throws {
        let frames = [[UInt8](repeating: 1, count: 5), [], [UInt8](repeating: 2, count: 300)]
        var pipe: [UInt8] = []
        for frame in frames { pipe += [0, 0, UInt8(frame.count >> 8), UInt8(frame.count & 255)] + frame }
        var buffer = FrameBuffer(limit: 1000)
        var heard: [[UInt8]] = []
        for start in stride(from: 0, to: pipe.count, by: step) {
            buffer.append(pipe[start..<min(pipe.count, start + step)])
            while let frame = try buffer.next() { heard.append(frame) }
        }
        #expect(heard == frames)
        #expect(buffer.isEmpty)
    }

    @Test func `a frame beyond the limit is refused before it is read`() {
        var buffer = FrameBuffer(limit: 1000)
        buffer.append([0, 0, 4, 0])
        #expect(throws: MailError.tooLarge(1024)) { try buffer.next() }
    }

    @Test func `a mail larger than every limit is cut to them`() throws {
        var mail = ReadMail()
        mail.fields = Array(repeating: HeaderField(name: "X", value: "é"), count: 5000)
        mail.to = Array(repeating: MailAddress(name: "ä", address: "a@b"), count: 5000)
        mail.references = (0..<500).map { "r\($0)@x" }
        mail.segments = Array(repeating: Segment(kind: .new, text: String(repeating: "ü", count: 400_000)), count: 3)
        mail.files = Array(repeating: AttachedFile(name: "f", type: "t/t", size: 1, part: 1), count: 5000)
        let cut = mail.bounded()
        #expect(cut.fields.count == MailLimits.fields && cut.to.count == MailLimits.addresses)
        #expect(cut.references.last == "r499@x" && cut.references.count == MailLimits.messageIDs)
        #expect(cut.segments.map(\.text.utf8.count).reduce(0, +) <= MailLimits.text && cut.segments.count == 2)
        #expect(cut.files.count == MailLimits.parts)
        let room = MailLimits.text - (800_000 + 1)
        #expect(
            cut.problems == [
                .leftOut(.text, 3 * 800_000 - 800_000 - (room - room % 2)), .leftOut(.fields, 4000),
                .leftOut(.addresses, 4000), .leftOut(.messageIDs, 400), .leftOut(.parts, 4500),
            ])
        #expect(cut.bounded() == cut)
        #expect(try WorkerAnswer(frame: Array(WorkerAnswer.mail(mail).frame()[4...])) == .mail(cut))
    }

    @Test func `a text that changes its kind too often is kept whole`() throws {
        var mail = ReadMail()
        mail.segments = (0..<5000).map { Segment(kind: $0 % 2 == 0 ? .new : .quoted, text: "z\($0)") }
        let kept = mail.bounded()
        #expect(kept.segments.count == MailLimits.segments && kept.problems == [])
        #expect(kept.segments.last?.text.hasSuffix("z4998\nz4999") == true && kept.segments.last?.kind == .new)
    }

    @Test func `every problem comes over the pipe as it is`() throws {
        var mail = ReadMail()
        mail.problems = Problem.plain + Bound.allCases.map { .leftOut($0, 7) }
        #expect(try WorkerAnswer(frame: Array(WorkerAnswer.mail(mail).frame()[4...])) == .mail(mail))
        #expect(
            mail.problems.count == Problem.maximumCount && Set(mail.problems.map(\.words)).count == mail.problems.count)
    }
}
