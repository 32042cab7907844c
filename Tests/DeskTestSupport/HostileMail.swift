import Glibc

/// Messages that cost a careless reader seconds or gigabytes, made when they are needed. None is larger than 25 MB.
package enum HostileMail {
    /// One of them.
    package struct Sample: Sendable, CustomStringConvertible {
        package let description: String
        package let make: @Sendable () -> [UInt8]
    }

    static let megabyte = 1 << 20
    /// Bytes of the large ones; `./test --long` has them of 24 MB.
    static let large = unsafe getenv("ZURUF_LONG") == nil ? megabyte / 2 : 24 * megabyte
    private static let head = Array("From: a@b.example\nSubject: x\n".utf8)

    static func sample(_ name: String, _ make: @escaping @Sendable () -> String) -> Sample {
        Sample(description: name) { head + make().utf8 }
    }

    /// A sample of bytes that are no UTF-8.
    static func sample(_ name: String, bytes make: @escaping @Sendable () -> [UInt8]) -> Sample {
        Sample(description: name) { head + make() }
    }

    /// The text repeated up to the given number of bytes.
    static func fill(_ text: String, _ bytes: Int) -> String {
        String(repeating: text, count: bytes / text.utf8.count)
    }

    static func each(_ count: Int, _ text: (Int) -> String) -> String {
        (0..<count).map(text).joined()
    }

    static func multipart(_ parts: String) -> String {
        "Content-Type: multipart/mixed; boundary=b\n\n" + parts
    }

    static func html(_ text: String) -> String { "Content-Type: text/html\n\n" + text }

    /// A message of 5 MB with 1,030 nested multiparts, which stopped intake for twenty seconds.
    package static let nested = sample("nested multiparts") {
        each(1030) { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" } + "\n"
            + fill("--\n", 5 * megabyte)
    }

    /// Every one of them.
    package static let all = [nested] + structures + headers + texts + unicode + documents
}

// MARK: - Parts

extension HostileMail {
    /// Encoded messages, each around the one before.
    private static func wrapped(_ depth: Int, around text: String) -> String {
        (0..<depth).reduce(text) { inner, _ in
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
                + inner.replacing("=", with: "=3D")
        }
    }

    private static let structures: [Sample] = [
        sample("lines like boundaries") {
            each(1000) { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }
                + fill("--b99x\n", large)
        },
        sample("boundaries that begin alike") {
            each(30) { level in
                let boundary = fill("b", 7000) + "\(level)"
                return "Content-Type: multipart/mixed; boundary=\(boundary)\n\n--\(boundary)\n"
            } + fill("--" + fill("b", 7000) + "\n", large)
        },
        sample("a boundary of 1 MB") {
            "Content-Type: multipart/mixed; boundary=\"\(fill("b", megabyte))\"\n\n"
                + fill("--" + fill("b", megabyte) + "\n\nx\n", large)
        },
        sample("500,000 parts") { multipart(fill("--b\n\nx\n", 4 * megabyte)) },
        sample("empty parts") { multipart(fill("--b\n\n\n", large)) },
        sample("parts without header") { multipart(fill("--b\n", large)) },
        sample("broken parts") { multipart(fill("--b\nx y\n", large)) },
        sample("a digest") {
            "Content-Type: multipart/digest; boundary=b\n\n" + fill("--b\n\nSubject: a\n\nx\n", large)
        },
        sample("messages in messages") {
            each(5000) { _ in "Content-Type: message/rfc822\n\nSubject: x\n" } + "\n"
                + fill("hallo du da\n", large)
        },
        sample("encoded messages in messages") { wrapped(28, around: "\n" + fill("hallo du da\n", large)) },
        sample("alternatives") {
            multipart(
                each(160) {
                    "--b\nContent-Type: multipart/alternative; boundary=c\($0)\n\n--c\($0)\n\nx\n--c\($0)\n"
                        + html(fill("<p>wort ", 65_000)) + "\n--c\($0)--\n"
                })
        },
        sample("a report") {
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
                + "--b\nContent-Type: message/delivery-status\n\n"
                + fill("Final-Recipient: rfc822; a@b\nAction: failed\n\n", large)
        },
        sample("a report of one recipient") {
            "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b\nDiagnostic-Code: smtp;\n "
                + fill("nein\n ", large) + "\nAction: failed\n"
        },
        sample("TNEF") {
            "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
                + fill("eJ8+IgEAAQaQCAAEAAAAAAABAAEAAQeQBgAIAAAA5AQAAAAAAADo\n", large)
        },
        sample("uuencode") {
            "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"
                + fill("M" + fill("86%A", 60) + "\n", large) + "`\nend\n"
        },
        sample("many uuencoded files") {
            "\n" + fill("begin 644 a.txt\n#0V%T\n`\nend\n", large)
        },
        sample("no S/MIME") {
            "Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n"
                + fill("MIAGCSqGSIb3DQEHAqCAMIACAQExgDCABgkqhkiG9w0BBwGggCSABIAkgCSA\n", large)
        },
    ]
}

// MARK: - Headers

extension HostileMail {
    private static let charsets = [
        "iso-8859-1", "koi8-r", "gb18030", "big5", "euc-jp", "iso-2022-jp", "windows-1251", "iso-2022-kr", "utf-16",
    ]

    private static let headers: [Sample] = [
        sample("recipients") { "To: " + fill("a@b.example, ", large) + "\n\nja" },
        sample("folded recipients") { "To: " + fill("a@b.example,\n ", large) + "c@d.example\n\nja" },
        sample("many fields of recipients") { fill("To: a@b.example, c@d.example\n", large) + "\nja" },
        sample("a recipient without end") { "To: " + fill("abc def ", large) + "\n\nja" },
        sample("nested groups") { "Cc: " + fill("g:", large) + "\n\nja" },
        sample("groups in many fields") { each(900) { _ in "Cc: " + fill("g:a@b;", 280) + "\n" } + "\nja" },
        sample("comments") { "To: " + fill("(", large) + "\n\nja" },
        sample("comments in From") { "Reply-To: " + fill("a(b)@c(d).e, ", large) + "\n\nja" },
        sample("quotes") { "To: " + fill("\"a\\\"", large) + "\n\nja" },
        sample("routes") { "To: <" + fill("@a,", large) + ":x@y>\n\nja" },
        sample("encoded recipients") { "To: " + fill("=?gb18030?Q?=B0?= <a@b.example>, ", large) + "\n\nja" },
        sample("international recipients") { "To: " + fill("a@bü.example, ", large) + "\n\nja" },
        sample("references") { "References: " + fill("<a1234567@b.example>\n ", large) + "\n\nja" },
        sample("references without brackets") { "In-Reply-To: " + fill("a@b ", large) + "\n\nja" },
        sample("references that do not end") { "References: " + fill("<a", large) + "\n\nja" },
        sample("many fields of references") { fill("References: <a@b>\n", large) + "\nja" },
        sample("fields") { fill("X-A: b\n", large) + "\nja" },
        sample("names of fields") { each(large / 10) { "X-\($0):\n" } + "\nja" },
        sample("fields of a part") { multipart("--b\n" + fill("X-A: b\n", large) + "\nja") },
        sample("fields of all parts") { multipart(each(480) { _ in "--b\n" + fill("X-A: b\n", 50_000) + "\nja\n" }) },
        sample("a line of a field") { "X-A: " + fill("x", large) + "\n\nja" },
        sample("a name of a field") { fill("x", large) + ": y\n\nja" },
        sample("lines that are no fields") { fill("kein Feld\n", large) + "\nja" },
        sample("open lines") { "X-A: b,\n" + fill("kein Feld,\n", large) + "\nja" },
        sample("blank lines") { fill(" \n", large) + "\nja" },
        sample("blank lines between fields") { fill("X-A: b\n \n", large) + "\nja" },
        sample("NULs in a header") { "X-A: " + fill("\0", large) + "\n\nja" },
        sample("parameters") { "Content-Type: text/plain; " + fill("a=b; ", large) + "\n\nja" },
        sample("continued parameters") {
            "Content-Type: text/plain\nContent-Disposition: attachment; "
                + each(100_000) { "filename*\($0)*=%41%42;\n " } + "\n\nja"
        },
        sample("one continued parameter") {
            "Content-Type: text/plain; " + fill("name*1*=utf-8''%41; ", large) + "\n\nja"
        },
        sample("parameters of all parts") {
            multipart(each(480) { _ in "--b\nContent-Type: text/plain; " + fill("a*0=b; ", 15_000) + "\n\nja\n" })
        },
        sample("encoded words") {
            "X-A: " + fill(charsets.map { "=?\($0)?Q?a?= " }.joined(), 5 * megabyte) + "\n\nja"
        },
        sample("encoded words of all fields") {
            each(200) { "X-\($0): " + fill(charsets.map { "=?\($0)?B?YQ==?= " }.joined(), 1300) + "\n" } + "\nja"
        },
        sample("open encoded words") { "Subject: " + fill("=?utf-8?Q?", large) + "\n\nja" },
        sample("base64 words") { "Subject: " + fill("=?utf-8?B?4oKs4oKs?= ", large) + "\n\nja" },
        sample("bytes of no charset", bytes: { Array("Subject: ".utf8) + Array(repeating: 0xFC, count: large) }),
        sample("a long answer") { "Subject: " + fill("Re: ", large) + "\n\nja" },
    ]
}
