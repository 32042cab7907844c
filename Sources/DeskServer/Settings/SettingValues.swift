internal import DeskModel
internal import DeskNet

/// What a value should have been, in words that follow "expected".
struct Expected: Error, Equatable {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension TimeSpan {
    private static let units: [(letter: UInt8, milliseconds: Int64)] = [
        (UInt8(ascii: "d"), 86_400_000), (UInt8(ascii: "h"), 3_600_000), (UInt8(ascii: "m"), 60_000),
        (UInt8(ascii: "s"), 1000),
    ]

    /// Reads `90s`, `5m`, `2h` or `7d`.
    init(setting text: some StringProtocol) throws(Expected) {
        guard let unit = TimeSpan.units.first(where: { $0.letter == Array(text.utf8).last }),
            let count = Int64(decimal: text.utf8.dropLast()), count <= 36_500
        else { throw Expected("a time such as 90s, 5m, 2h or 7d") }
        self.init(milliseconds: count * unit.milliseconds)
    }

    /// As it is written in the file, in the largest unit that divides it.
    var setting: String {
        for unit in TimeSpan.units where milliseconds % unit.milliseconds == 0 && milliseconds >= unit.milliseconds {
            return "\(milliseconds / unit.milliseconds)" + String(decoding: [unit.letter], as: UTF8.self)
        }
        return "\(milliseconds / 1000)s"
    }
}

extension FixedWidthInteger {
    /// Reads digits and nothing else, so no sign, no blank, no overflow.
    init?(decimal digits: some Collection<UInt8>) {
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        self = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, overflow) = multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Self(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            self = sum
        }
    }
}

extension Settings.Endpoint {
    /// Reads `HOST:PORT`, an address of version 6 in brackets.
    init(setting text: String) throws(Expected) {
        let wanted = Expected("HOST:PORT, for example 127.0.0.1:6789 or [::1]:6789")
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(decimal: text[text.index(after: colon)...].utf8)
        else { throw wanted }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            // Without the zone of a link-local address: `fe80::1%eth0`.
            let digits = host.prefix { $0 != "%" }
            guard digits.contains(":"), PeerAddress(digits: String(digits)) != nil else { throw wanted }
        } else {
            guard Settings.Endpoint.isName(host) || host == "*" else { throw wanted }
        }
        self.init(host: String(host), port: port)
    }

    /// Whether a text can be a host's name or an IPv4 address; `_` is in names that people give their own hosts.
    private static func isName(_ text: Substring) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && !text.isEmpty && text.utf8.count <= 253 && !text.hasPrefix("-") && !text.hasPrefix(".")
    }

    /// Reads where a server is that is connected to: no wildcard, and a port.
    init(server text: String) throws(Expected) {
        try self.init(setting: text)
        guard port > 0, host != "*", !host.contains("%") else {
            throw Expected("HOST:PORT of a server, for example mail.example.org:587")
        }
    }
}

/// Readers of the values that have no type of their own.
enum SettingValue {
    static func count(_ text: String, in bounds: ClosedRange<Int>) throws(Expected) -> Int {
        guard let count = Int(decimal: text.utf8), bounds.contains(count) else {
            throw Expected("a number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return count
    }

    /// Bytes: `26214400`, `25M` or `25600K`.
    static func size(_ text: String, in bounds: ClosedRange<Int>) throws(Expected) -> Int {
        let wanted = Expected("a size from \(bounds.lowerBound) to \(bounds.upperBound) bytes, for example 25M")
        let shift = text.utf8.last == UInt8(ascii: "M") ? 20 : text.utf8.last == UInt8(ascii: "K") ? 10 : 0
        guard let count = Int(decimal: shift == 0 ? text.utf8[...] : text.utf8.dropLast()), count <= 1 << 40 else {
            throw wanted
        }
        guard bounds.contains(count << shift) else { throw wanted }
        return count << shift
    }

    static func yes(_ text: String) throws(Expected) -> Bool {
        switch text {
        case "yes": true
        case "no": false
        default: throw Expected("yes or no")
        }
    }

    static func spans(_ text: String) throws(Expected) -> [TimeSpan] {
        var spans: [TimeSpan] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let span = try? TimeSpan(setting: part), span >= .seconds(1) else {
                throw Expected("times of at least 1s, for example 1m,5m,1h")
            }
            spans.append(span)
        }
        return spans
    }

    /// Minutes east of UTC: `+01:00`, `-03:30`, `UTC`.
    static func zone(_ text: String) throws(Expected) -> Int {
        if text == "UTC" { return 0 }
        let wanted = Expected("UTC or a difference such as +01:00")
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = Int(decimal: bytes[1...2]),
            let minutes = Int(decimal: bytes[4...5]), hours <= 14, minutes < 60
        else { throw wanted }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -hours * 60 - minutes
        default: throw wanted
        }
    }

    /// The bits of chmod(1): `660`.
    static func mode(_ text: String) throws(Expected) -> UInt32 {
        let digits = Array(text.utf8)
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
            throw Expected("three octal digits, for example 660")
        }
        return digits.reduce(0) { $0 << 3 | UInt32($1 - UInt8(ascii: "0")) }
    }

    static func host(_ text: String) throws(Expected) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !text.isEmpty, text.utf8.count <= 253 else {
            throw Expected("a host name, for example desk.example.org")
        }
        return text.lowercased()
    }

    /// Whether no character of a text is a control character (C0, DEL).
    static func isPrintable(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    static func path(_ text: String) throws(Expected) -> String {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw Expected("a path") }
        return text
    }
}
