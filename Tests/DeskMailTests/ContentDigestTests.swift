import DeskMail
import Testing

struct ContentDigestTests {
    private func content(_ raw: String) -> String {
        var bytes: [UInt8] = []
        ContentDigest.feed(Array(raw.utf8)) { piece in
            for index in piece.indices { bytes.append(piece[index]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let mail = "From: a@b\nSubject: x\n y\n\nHello\n\nWorld\n"

    @Test(arguments: [
        "Received: from x\n by y\nFrom: a@b\nSubject: x\n y\n\nHello\n\nWorld\n",
        "Return-Path: <a@b>\nDelivered-To: c@d\nX-Spam: no\n\tfolded\nX-Y: z\n" + mail,
        "from: a@b\nSubject: x\n y\nRECEIVED : q\n\nHello\n\nWorld\n\n\n",
        mail.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n"),
        mail.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") + "\r\n",
    ])
    func `the way of delivery does not count`(raw: String) {
        #expect(content(raw).lowercased() == content(Self.mail).lowercased())
    }

    @Test(arguments: [
        "From: a@b\nSubject: x\n z\n\nHello\n\nWorld\n", "From: a@b\nSubject: x\n y\n\nHello\nWorld\n",
        "From: a@b\nSubject: x\n y\nReceivedness: 1\n\nHello\n\nWorld\n",
        "From: a@b\n\nSubject: x\n y\n\nHello\n\nWorld\n",
        "From: a@b\nSubject: x\n y\nDate: 1\n\nHello\n\nWorld\n",
    ])
    func `everything else counts`(raw: String) {
        #expect(content(raw) != content(Self.mail))
    }

    @Test(arguments: ["", "\n", "\r", "\r\n", "\r\r", "x", "x\r", "Received: a", " folded first\n", "a: b\n\n\r\n"])
    func `mails that are hardly mails have a content too`(raw: String) {
        #expect(content(raw).utf8.count <= raw.utf8.count + 2)
    }

    @Test func `a mail with CR alone as line ends has header and body`() {
        #expect(content("From: a\rReceived: b\rTo: c\r\rbody\rmore") == "From: a\nTo: c\n\nbody\rmore")
    }
}
