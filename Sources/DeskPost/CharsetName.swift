/// What the names of charsets in mails mean, as browsers take them (WHATWG Encoding §4.2): for iconv, and by the widest
/// charset that is used under the name.
enum CharsetName {
    /// The name to ask iconv for; nil if the label is no name of a charset at all.
    static func canonical(_ label: String) -> String? {
        let name = label.lowercased().trimmingBlanks.filter { $0 != "\"" && $0 != "'" }
        let isName =
            (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                byte.isWordByte || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
                    || byte == UInt8(ascii: "+")
            }
        guard isName else { return nil }
        let key = Self.key(name)
        return table[key] ?? family(key) ?? name
    }

    /// Letters and digits alone, without the marks of private and registered names and without a year.
    private static func key(_ name: String) -> String {
        var rest = Substring(name.utf8.prefix { $0 != UInt8(ascii: ":") })
        while rest.hasPrefix("x-") || rest.hasPrefix("x_") { rest = rest.dropFirst(2) }
        if rest.hasPrefix("cs"), rest.utf8.count > 4 { rest = rest.dropFirst(2) }
        return String(rest.filter { $0.isLetter || $0.isNumber })
    }

    /// Names that are made of a word and a number.
    private static func family(_ key: String) -> String? {
        for (word, made) in families where key.hasPrefix(word) {
            let digits = key.dropFirst(word.count).prefix { $0.isNumber }
            guard let number = Int(digits) else { continue }
            // Behind the number only the direction of Hebrew and Arabic may stand: `iso-8859-8-i`.
            let rest = key.dropFirst(word.count + digits.count)
            if rest.count <= 1, let name = made(number) { return name }
        }
        return nil
    }

    private static let families: [(String, @Sendable (Int) -> String?)] = [
        ("iso8859", iso8859), ("8859", iso8859), ("latin", latin), ("l", latin),
        ("windows", codePage), ("win", codePage), ("cp", codePage), ("ms", codePage), ("ibm", codePage),
        ("dos", codePage), ("codepage", codePage), ("mscp", codePage), ("windowscp", codePage), ("mswin", codePage),
        ("pc", codePage), ("ansi", codePage), ("", codePage),
    ]

    @Sendable private static func iso8859(_ number: Int) -> String? {
        switch number {
        case 1: "windows-1252"
        case 9: "windows-1254"
        case 11: "windows-874"
        case 2...16: "iso-8859-\(number)"
        default: nil
        }
    }

    @Sendable private static func latin(_ number: Int) -> String? {
        switch number {
        case 0: "iso-8859-15"
        case 1...4: iso8859(number)
        case 5: iso8859(9)
        case 6: iso8859(10)
        case 7...10: iso8859(number + 6)
        default: nil
        }
    }

    @Sendable private static func codePage(_ number: Int) -> String? {
        switch number {
        case 1250...1258, 874: "windows-\(number)"
        case 932, 943: "cp932"
        case 936, 54936, 52936: "gb18030"
        case 949, 51949: "cp949"
        case 950: "big5-hkscs"
        case 1361: "johab"
        case 437, 737, 775, 850, 852, 855...858, 860...866, 869, 1125: number == 858 ? "cp850" : "cp\(number)"
        case 367, 819, 20127: "windows-1252"
        case 10000: "macintosh"
        case 10007: "mac-cyrillic"
        case 10029: "mac-centraleurope"
        case 20866, 878: "koi8-r"
        case 21866, 1168: "koi8-u"
        case 20932, 51932: "euc-jp-ms"
        case 50220...50222: "iso-2022-jp"
        case 28591...28606: iso8859(number - 28590)
        case 65000: "utf-7"
        case 65001: "utf-8"
        default: nil
        }
    }

    private static let table: [String: String] = [
        "ascii": "windows-1252", "usascii": "windows-1252", "us": "windows-1252", "ansix341968": "windows-1252",
        "ansix341986": "windows-1252", "iso646us": "windows-1252", "iso646": "windows-1252",
        "iso646irv": "windows-1252",
        "isoir6": "windows-1252", "isoir100": "windows-1252", "ansi": "windows-1252", "646": "windows-1252",
        "isolatin1": "windows-1252", "isolatin2": "iso-8859-2", "isolatin5": "windows-1254",
        "isolatin9": "iso-8859-15", "isolatin6": "iso-8859-10", "isolatinhebrew": "iso-8859-8",
        "isolatinarabic": "iso-8859-6", "isolatingreek": "iso-8859-7", "isolatincyrillic": "iso-8859-5",
        "greek": "iso-8859-7", "greek8": "iso-8859-7", "ecma118": "iso-8859-7", "elot928": "iso-8859-7",
        "hebrew": "iso-8859-8", "logical": "iso-8859-8", "visual": "iso-8859-8", "arabic": "iso-8859-6",
        "ecma114": "iso-8859-6", "asmo708": "iso-8859-6", "cyrillic": "iso-8859-5",
        "koi8": "koi8-r", "koi8r": "koi8-r", "koi": "koi8-r", "koi8u": "koi8-u", "koi8ru": "koi8-u", "koi8t": "koi8-t",
        "utf8": "utf-8", "utf8mb4": "utf-8", "utf8mb3": "utf-8", "unicode11utf8": "utf-8", "unicode20utf8": "utf-8",
        "unicodeutf8": "utf-8", "iso10646utf8": "utf-8", "utf8bom": "utf-8", "utf": "utf-8",
        "utf7": "utf-7", "unicode11utf7": "utf-7", "unicode20utf7": "utf-7", "unicode11": "utf-16",
        "utf16": "utf-16", "unicode": "utf-16", "ucs2": "utf-16", "iso10646ucs2": "utf-16",
        "utf16le": "utf-16le", "utf16be": "utf-16be", "utf32": "utf-32",
        "gb2312": "gb18030", "gb231280": "gb18030", "gb180302000": "gb18030", "gb18030": "gb18030", "gbk": "gb18030",
        "gb": "gb18030", "gbk2312": "gb18030", "euccn": "gb18030", "eucgb2312cn": "gb18030", "chinese": "gb18030",
        "isogb2312": "gb18030", "iso58gb231280": "gb18030", "isoir58": "gb18030", "gb231201980": "gb18030",
        "hz": "hz-gb-2312", "hzgb2312": "hz-gb-2312", "hzgb": "hz-gb-2312",
        "big5": "big5-hkscs", "cnbig5": "big5-hkscs", "big5hkscs": "big5-hkscs", "big5tw": "big5-hkscs",
        "big5eten": "big5-hkscs", "bigfive": "big5-hkscs",
        "ksc56011987": "cp949", "ksc5601": "cp949", "ksc56011989": "cp949", "ks56011987": "cp949", "korean": "cp949",
        "ksx1001": "cp949", "euckr": "cp949", "uhc": "cp949", "isoir149": "cp949", "kseuckr": "cp949",
        "iso2022kr": "iso-2022-kr",
        "shiftjis": "cp932", "sjis": "cp932", "mskanji": "cp932", "windows31j": "cp932", "shiftjisms": "cp932",
        "shiftjisx0213": "cp932", "sjiswin": "cp932", "shiftjiswin": "cp932",
        "eucjp": "euc-jp-ms", "ujis": "euc-jp-ms", "eucjpms": "euc-jp-ms", "eucjpwin": "euc-jp-ms",
        "eucpkdfmtjapanese": "euc-jp-ms", "jis": "iso-2022-jp", "iso2022jp": "iso-2022-jp",
        "iso2022jp1": "iso-2022-jp", "iso2022jp2": "iso-2022-jp", "iso2022jp3": "iso-2022-jp",
        "iso2022jpms": "iso-2022-jp", "iso2022jp2004": "iso-2022-jp", "jisencoding": "iso-2022-jp",
        "macjapanese": "cp932", "macroman": "macintosh", "mac": "macintosh", "macintosh": "macintosh",
        "maccyrillic": "mac-cyrillic",
        "macukrainian": "mac-cyrillic", "maccentraleurope": "mac-centraleurope", "macce": "mac-centraleurope",
        "tis620": "windows-874", "thai": "windows-874", "viscii": "viscii", "tcvn": "tcvn",
    ]
}
