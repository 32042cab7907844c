//  How the desk and its mail workers talk, over the worker's stdin and stdout:
//
//      desk   ──  length(4) kind(1) fields…  ──▶  zuruf-mail
//      desk   ◀──  length(4) kind(1) fields…  ──  zuruf-mail
//
//  One request, one answer, in turn. Numbers are big-endian; the length counts the kind and the fields.

/// What the desk asks a mail worker.
public enum WorkerRequest: Equatable, Sendable {
    /// Read this raw mail.
    case read([UInt8])
    /// Make the bytes of this mail.
    case compose(OutgoingMail)
    /// Send these bytes; only the sending worker does that.
    case send(Delivery)
}

/// What a mail worker answers.
public enum WorkerAnswer: Equatable, Sendable {
    /// The mail as it was read.
    case mail(ReadMail)
    /// The mail's bytes: 7-bit clean, lines ended by CRLF.
    case composed([UInt8])
    /// How the transfer ended.
    case delivered(DeliveryOutcome)
    /// The request was understood and cannot be fulfilled, for this reason.
    case refused(String)
}

extension WorkerRequest {
    /// The request as a whole frame, length included.
    public func frame() -> [UInt8] {
        switch self {
        case .read(let raw): DeskMail.frame(kind: 1) { $0.bytes(raw) }
        case .compose(let mail): DeskMail.frame(kind: 2) { mail.cleaned().write(to: &$0) }
        case .send(let delivery): DeskMail.frame(kind: 3) { delivery.write(to: &$0) }
        }
    }

    /// Reads a request from a frame without its length.
    public init(frame: [UInt8]) throws(MailError) {
        var reader = FieldReader(frame)
        switch try reader.byte() {
        case 1: self = .read(Array(try reader.slice(atMost: MailLimits.rawMail)))
        case 2: self = .compose(try OutgoingMail(from: &reader))
        case 3: self = .send(try Delivery(from: &reader))
        default: throw .malformed
        }
        try reader.end()
    }
}

extension WorkerAnswer {
    /// The answer as a whole frame, length included; a mail is cut to `MailLimits` on the way.
    public func frame() -> [UInt8] {
        switch self {
        case .mail(let mail): DeskMail.frame(kind: 1) { mail.bounded().write(to: &$0) }
        case .composed(let bytes): DeskMail.frame(kind: 2) { $0.bytes(bytes) }
        case .delivered(let outcome): DeskMail.frame(kind: 3) { outcome.write(to: &$0) }
        case .refused(let why): DeskMail.frame(kind: 4) { $0.text(CleanText.shortened(why, to: 1000)) }
        }
    }

    /// Reads an answer from a frame without its length; a hijacked worker may have written it.
    public init(frame: [UInt8]) throws(MailError) {
        var reader = FieldReader(frame)
        switch try reader.byte() {
        case 1: self = .mail(try ReadMail(from: &reader))
        case 2: self = .composed(Array(try reader.slice(atMost: MailLimits.answer)))
        case 3: self = .delivered(try DeliveryOutcome(from: &reader))
        case 4: self = .refused(try reader.line(atMost: 1000))
        default: throw .malformed
        }
        try reader.end()
    }
}

private func frame(kind: UInt8, _ write: (inout FieldWriter) -> Void) -> [UInt8] {
    var body = FieldWriter()
    body.byte(kind)
    write(&body)
    var whole = FieldWriter()
    whole.bytes(body.bytes)
    return whole.bytes
}

/// Collects what a pipe brings and cuts it into frames.
public struct FrameBuffer: Sendable {
    private var bytes: [UInt8] = []
    private let limit: Int

    /// A buffer that accepts frames of at most `limit` bytes.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Whether nothing of a frame is waiting here.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Appends what was read from the pipe.
    public mutating func append(_ part: some Collection<UInt8>) {
        bytes += part
    }

    /// The next whole frame without its length, or nil if more bytes are needed.
    ///
    /// Throws `tooLarge` for a frame beyond the limit; the stream cannot be read on after that.
    public mutating func next() throws(MailError) -> [UInt8]? {
        guard bytes.count >= 4 else { return nil }
        let count = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard count <= limit else { throw .tooLarge(count) }
        guard bytes.count - 4 >= count else { return nil }
        let frame = Array(bytes[4..<4 + count])
        bytes.removeSubrange(..<(4 + count))
        return frame
    }
}
