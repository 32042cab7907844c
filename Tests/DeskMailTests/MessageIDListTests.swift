import DeskMail
import Testing

struct MessageIDListTests {
    @Test(arguments: [
        ("<a@b>", ["a@b"]), ("<a@b> <c@d>", ["a@b", "c@d"]), ("<a@b>, <c@d>", ["a@b", "c@d"]),
        ("<a@b><c@d>", ["a@b", "c@d"]), ("a@b", ["a@b"]), ("a@b, c@d;e@f", ["a@b", "c@d", "e@f"]),
        ("<a@b", ["a@b"]), ("<a@b <c@d>", ["a@b", "c@d"]), ("<a@\n\t b>", ["a@b"]),
        ("Your message of \"Mon, 3 May\" <a@b>", ["a@b"]), ("<no-at-sign>", ["no-at-sign"]), ("word", []), ("", []),
        ("<>", []), ("<a@b> (Anna's message)", ["a@b"]), ("<\"a b\"@c>", ["\"ab\"@c"]), ("a@b> <c@d>", ["a@b", "c@d"]),
    ])
    func `ids are found however they are written`(field: String, ids: [String]) {
        #expect(MessageIDList.ids(in: field) == ids)
    }

    @Test func `of megabytes only the end is read`() {
        let field = String(repeating: "<old@x> ", count: 200_000) + "<new@x>"
        let ids = MessageIDList.ids(in: field)
        #expect(ids.last == "new@x" && ids.count < 10_000)
    }
}
