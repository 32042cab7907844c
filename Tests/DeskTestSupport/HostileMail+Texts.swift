/// Messages whose text is hostile.
extension HostileMail {
    private static func encoded(_ charset: String, _ text: String) -> String {
        "Content-Type: text/plain; charset=\(charset)\n\n" + text
    }

    static let texts: [Sample] = [
        sample("charsets") {
            let charsets = ["iso-8859-1", "koi8-r", "gb18030", "big5", "euc-jp", "iso-2022-jp", "windows-1251"]
            return multipart(
                each(20_000) { "--b\nContent-Type: text/plain; charset=\(charsets[$0 % 7])\n\nx\n" })
        },
        sample(
            "bytes of no charset in lines",
            bytes: { encoded("nein", "").utf8 + Array(repeatElement([0xFC, 0x0A], count: megabyte / 2).joined()) }),
        sample(
            "bytes of the wrong charset",
            bytes: { encoded("iso-2022-jp", "").utf8 + Array(repeatElement([0xFC, 0x41], count: large / 2).joined()) }),
        sample("broken UTF-7") { encoded("utf-7", fill("+AGE+//8+-+", large)) },
        sample("UTF-7 without end") { encoded("utf-7", "+" + fill("A", large)) },
        sample("shifts") { encoded("iso-2022-jp", fill("\u{1B}$B\u{1B}(B", large)) },
        sample("UTF-16") { encoded("utf-16", fill("\u{1}\u{D8}", large)) },
        sample("HZ") { encoded("hz-gb-2312", fill("~{~}", large)) },
        sample("soft line ends") { "Content-Transfer-Encoding: quoted-printable\n\n" + fill("=\n", large) },
        sample("equals signs") { "Content-Transfer-Encoding: quoted-printable\n\n" + fill("=", large) },
        sample("flowed") { "Content-Type: text/plain; format=flowed\n\n" + fill("a \n", large) },
        sample("flowed quotations") {
            "Content-Type: text/plain; format=flowed\n\n" + each(5000) { fill(">", $0 % 1000) + " a \n" }
                + fill("> \n>> \n", large)
        },
        sample("dashes") { "\n" + fill("--\n", large) },
        sample("empty lines") { fill("\n", large) },
        sample("carriage returns") { "\n" + fill("\r", large) },
        sample("NULs") { "\n" + fill("\0", large) },
        sample("controls") { "\n" + fill("\u{1B}[2J\u{8}", large) },
        sample("a line") { "\n" + fill("x", large) },
        sample("blanks") { "\n" + fill(" ", large) },
        sample("no base64") { "Content-Transfer-Encoding: base64\n\n" + fill("@!#$ %^&*()\n", large) },
        sample("base64 in bits") { "Content-Transfer-Encoding: base64\n\n" + fill("Y=\n", large) },
        sample("quotations") { "\n" + fill("> hallo\nAm 1.1.2020 schrieb x:\n", large) },
        sample("deep quotations") { "\n" + fill(fill("> ", 400) + "\n", large) },
        sample("a deep quotation") { "\n" + fill(">", large) },
        sample("attributions") { "\n" + fill("Am 1.1.2020 um 12:00 schrieb\nHans Meier <a@b.example>:\n", megabyte) },
        sample("attributions without end") { "\n" + fill("Am ", megabyte) },
        sample("header blocks") { "\n" + fill("Von: a\nAn: b\nDatum: c\nBetreff: d\n\n", megabyte) },
        sample("original messages") { "\n" + fill("-----Original Message-----\nFrom: a\n", megabyte) },
        sample("signatures") { "\n" + fill("-- \nx\n", megabyte) },
        sample("rules") { "\n" + fill("________________________________\n", megabyte) },
        sample("forwarded messages") { "\n" + fill("---------- Forwarded message ---------\nVon: a\n\n", megabyte) },
        sample("devices") { "\n" + fill("Sent from my iPhone\n\nx\n", megabyte) },
        sample("Message-IDs") { "\n" + fill("Message-ID: <a@b>\n", large) },
        sample("Message-IDs in a header part") {
            "Content-Type: text/rfc822-headers\n\n" + fill("Message-ID: <a@b>\n", large)
        },
        sample("links") { "\n" + fill("http://a.example/<http://b.example/>", megabyte) },
    ]

    /// Text that is expensive to cut into characters (UAX #29).
    static let unicode: [Sample] = ["\u{301}", "\u{1F1E9}", "\u{1F468}\u{200D}", "\u{0915}\u{094D}", "\u{1100}"].flatMap
    {
        mark in
        let name = mark.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
        return [
            sample("text of \(name)") { encoded("utf-8", "e" + fill(mark, megabyte)) },
            sample("HTML of \(name)") { html("<p>e" + fill(mark, megabyte)) },
            sample("header of \(name)") { "X-A: e\(fill(mark, 60_000))\nSubject: e\(fill(mark, 60_000))\n\nja" },
            sample("names of \(name)") { "To: \"e\(fill(mark, 100_000))\" <e\(fill(mark, 20_000))@b.example>\n\nja" },
            sample("file of \(name)") { "Content-Type: image/png; name=\"e\(fill(mark, 15_000))\"\n\nja" },
        ]
    }

    static let documents: [Sample] = [
        sample("HTML parts") {
            multipart(each(24) { _ in "--b\nContent-Type: text/html\n\n" + fill("<a><b></b></a>", large / 24) + "\n" })
        },
        sample("attributes") { html(each(17) { _ in "<p " + each(9000) { "a\($0) " } + ">ja" }) },
        sample("attributes of one tag") { html("<p " + fill("a=b ", large) + ">ja") },
        sample("huge attributes") { html(each(20) { _ in "<img alt=\"\(fill("x", large / 24))\">ja" }) },
        sample("open formats") { html(each(1900) { "<b a\($0)>" } + fill("<p>x</p>", megabyte)) },
        sample("nested formats") { html(fill("<b>", megabyte) + "ja") },
        sample("misnested formats") { html(fill("<a><p></a>", megabyte)) },
        sample("misnested formats of many kinds") { html(fill("<b><i><u><s><p></b></i></u></s>", megabyte)) },
        sample("elements") { html(fill("<div>", megabyte) + "ja") },
        sample("1,900 elements") { html(fill("<div>", 1900 * 5) + fill("<x></y>", megabyte)) },
        sample("paragraphs in buttons") { html(fill("<button><p>", megabyte)) },
        sample("unknown elements") { html(fill("<p><x>", megabyte)) },
        sample("tables") { html(fill("<table><tr><td>", megabyte) + "ja") },
        sample("1,900 tables") { html(fill("<table>", 1900 * 7) + fill("x<b>", megabyte)) },
        sample("text in tables") { html("<table>" + fill("x<b>y</b>", megabyte)) },
        sample("cells without table") { html(fill("<td><tr></table>", megabyte)) },
        sample("lists") { html(fill("<li><ul>", megabyte)) },
        sample("items") { html(fill("<div>", 1900 * 5) + fill("<li>", megabyte)) },
        sample("definitions") { html(fill("<div>", 1900 * 5) + fill("<dd><dt>", megabyte)) },
        sample("headings") { html(fill("<div>", 1900 * 5) + fill("<h1>", megabyte)) },
        sample("options") { html("<select>" + fill("<option><optgroup>", megabyte)) },
        sample("forms") { html(fill("<form></form><div>", megabyte)) },
        sample("templates") { html(fill("<template>", megabyte)) },
        sample("framesets") { html(fill("<frameset>", megabyte)) },
        sample("SVG") { html(fill("<svg><foreignObject>", megabyte)) },
        sample("MathML") { html(fill("<math><mi><div>", megabyte)) },
        sample("ends in SVG") { html("<svg>" + fill("<g>", 1900 * 3) + fill("</x>", megabyte)) },
        sample("links in links") { html(fill("<a href=x>y", megabyte)) },
        sample("ends without beginnings") { html(fill("<div>", 1900 * 5) + fill("</p></br>", megabyte)) },
        sample("bodies") {
            html(each(17) { "<body " + each(900) { "a\($0) " } + "b\($0)>" } + fill("<body a>", megabyte))
        },
        sample("comments in HTML") { html(fill("<!--", megabyte)) },
        sample("comments that nearly end") { html("<!--" + fill("--!", megabyte)) },
        sample("angles") { html(fill("<", megabyte)) },
        sample("questions") { html(fill("<?", megabyte)) },
        sample("doctypes") { html(fill("<!DOCTYPE ", megabyte)) },
        sample("CDATA") { html(fill("<svg><![CDATA[", megabyte)) },
        sample("scripts") { html("<script>" + fill("<!--<script ", megabyte)) },
        sample("titles") { html("<title>" + fill("</titl", megabyte)) },
        sample("plain text") { html(fill("<plaintext>", megabyte)) },
        sample("entities") { html(fill("&", megabyte)) },
        sample("entities that nearly are") { html(fill("&CounterClockwiseContourIntegra", megabyte)) },
        sample("numbered entities") { html(fill("&#9999999999999", megabyte)) },
        sample("NULs in HTML") { html("<p>" + fill("\0", megabyte)) },
        sample("blanks in HTML") { html("<p>" + fill(" \n", large)) },
        sample("quotations in HTML") { html(fill("<blockquote>x", 1900 * 13) + fill("<br>x", megabyte)) },
        sample("styles") { html(fill("<p style='display : none'>x</p>", megabyte)) },
        sample("tags without end") { html(fill("<a b='", large)) },
    ]
}
