import DeskMail
import DeskNet
import DeskTestSupport
import Testing

@testable import DeskPost

/// Whether hostile messages keep the reading worker for longer than their bytes justify.
@Suite(.serialized) struct HostileTimesTests {
    @Test(arguments: HostileMail.all) func `the worker reads it in time`(sample: HostileMail.Sample) throws {
        let worker = try WorkerProcess("read")
        let raw = sample.make()
        #expect(raw.count <= 25 << 20)
        let mail = try worker.read(raw)
        let seconds = Double(worker.child.processorTime) / 1e9
        print("hostile: \(sample): \(raw.count / 1000) kB in \(Int(seconds * 1000)) ms, \(mail.problems)")
        // In a debug build; a release takes a tenth of it.
        #expect(seconds < 10 + Double(raw.count) / 1e6)
        #expect(try worker.read("From: a@b.example\n\nja").text == "ja")
    }

    @Test(arguments: ["multipart/mixed; boundary=b", "message/rfc822"])
    func `what is nested too deep is a file`(type: String) throws {
        let level = "Content-Type: \(type)\n\n" + (type.hasPrefix("multi") ? "--b\n" : "")
        func nested(_ depth: Int) -> [UInt8] {
            // Each level has a boundary of its own.
            let levels = (0..<depth).map { level.replacing("=b", with: "=b\($0)").replacing("--b", with: "--b\($0)") }
            return Array(("From: a@b.example\n" + levels.joined() + "\ntief").utf8)
        }
        let reader = try MailReader()
        #expect(reader.read(nested(30)).problems == [])
        #expect(reader.read(nested(40)).problems == [.leftOut(.depth, 1)])
        let bounds = MessageBounds(nested(40))
        #expect(MessageBounds(bounds.bytes).cuts.problems == [])
        #expect(bounds.bytes.count < nested(40).count + 60)
    }

    @Test func `a message within the bounds stays as it is`() {
        let parts = (0..<100).map { "--b\nContent-Type: text/plain\n\nTeil \($0)\n-- \nGruß\n" }.joined()
        for text in [
            "From: a@b.example\nSubject: x\n\nText\n", "", "\n", "kein Kopf", "From: a\r\n\r\n--x\r\n",
            "Content-Type: multipart/mixed; boundary=b\n\nVorwort\n" + parts + "--b--\nNachwort\n--b\n\nx",
            "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: a\n\nx\n--b--\n",
        ] {
            let bounds = MessageBounds(Array(text.utf8))
            #expect(bounds.bytes == Array(text.utf8) && bounds.cuts.problems.isEmpty, "\(text.prefix(60))")
        }
    }

    @Test func `a long field keeps what matters, and says that something is missing`() throws {
        let ids = (0..<10_000).map { "<id\($0)@b.example>" }
        let names = (0..<10_000).map { "a\($0)@b.example" }
        let raw =
            "From: a@b.example\nReferences: \(ids.joined(separator: "\n "))\nTo: \(names.joined(separator: ", "))\n"
            + "Subject: ja\n\nja"
        let bounds = MessageBounds(Array(raw.utf8))
        let text = String(decoding: bounds.bytes, as: UTF8.self)
        #expect(bounds.cuts.problems == [.leftOut(.field, raw.utf8.count - bounds.bytes.count)])
        #expect(text.contains("References:<id") && text.contains("<id9999@b.example>") && !text.contains("<id0@"))
        #expect(text.contains("a0@b.example, ") && text.hasSuffix("b.example\nSubject: ja\n\nja"))
        let mail = try MailReader().read(Array(raw.utf8))
        #expect(mail.subject == "ja" && mail.to.first?.address == "a0@b.example" && mail.text == "ja")
        #expect(mail.references.last == "id9999@b.example")
    }

    @Test func `two content types are one, as GMime would take the type of one and the boundary of the other`() {
        let raw = "Content-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n"
        let bounds = MessageBounds(Array(raw.utf8))
        #expect(bounds.hasTwoTypes && !String(decoding: bounds.bytes, as: UTF8.self).contains("boundary=b"))
    }
}
