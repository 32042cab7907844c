/// The number that customers see: day, counter of that day, check digit; `20261124-00042-4`.
///
/// Digits only, so that it can be read out over a telephone and typed on a keypad. The check digit is Damm's
/// (H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004): it finds every single wrong digit and every swap of
/// neighbours.
public struct TicketNumber: Hashable, Sendable, CustomStringConvertible {
    /// The day as `yyyymmdd`, in the zone of the desk, fixed when the ticket was made.
    public let day: Int32
    /// 1, 2, 3 … within the day.
    public let counter: Int32

    /// The number of the `counter`-th ticket of `day` (`yyyymmdd`).
    public init(day: Int32, counter: Int32) {
        self.day = day
        self.counter = counter
    }

    /// What some digits are when read as the number of a ticket.
    public enum Reading: Equatable, Sendable {
        /// A number whose check digit is right; whether such a ticket exists is another question.
        case number(TicketNumber)
        /// It looks like one, but somebody mistyped it.
        case wrongCheckDigit
        /// It is nothing of the kind.
        case other
    }

    /// Reads `yyyymmdd`, an optional dash, 5 to 9 digits, an optional dash, the check digit.
    public static func read(_ bytes: some Sequence<UInt8>) -> Reading {
        var digits: [UInt8] = []
        var dashes: [Int] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "-"): dashes.append(digits.count)
            default: return .other
            }
            if digits.count > 18 || dashes.count > 2 { return .other }
        }
        guard digits.count >= 14 else { return .other }
        guard dashes.allSatisfy({ $0 == 8 || $0 == digits.count - 1 }), Set(dashes).count == dashes.count else {
            return .other
        }
        guard check(digits) == 0 else { return .wrongCheckDigit }
        let day = digits[0..<8].reduce(Int32(0)) { $0 * 10 + Int32($1) }
        let counter = digits[8..<(digits.count - 1)].reduce(Int32(0)) { $0 * 10 + Int32($1) }
        return .number(TicketNumber(day: day, counter: counter))
    }

    /// As customers see it: `20261124-00042-4`.
    public var description: String {
        var digits: [UInt8] = []
        append(Int64(day), width: 8, to: &digits)
        append(Int64(counter), width: 5, to: &digits)
        let checked = TicketNumber.check(digits)
        let text = String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
        return "\(text.prefix(8))-\(text.dropFirst(8))-\(checked)"
    }

    private func append(_ value: Int64, width: Int, to digits: inout [UInt8]) {
        var rest = value
        var reversed: [UInt8] = []
        while rest > 0 || reversed.count < width {
            reversed.append(UInt8(rest % 10))
            rest /= 10
        }
        digits.append(contentsOf: reversed.reversed())
    }

    /// Damm's digit over `digits`; 0 when the last of them is the right check digit of the others.
    private static func check(_ digits: [UInt8]) -> UInt8 {
        digits.reduce(UInt8(0)) { interim, digit in damm[Int(interim) * 10 + Int(digit)] }
    }

    /// The quasigroup of order 10 that Damm's thesis gives.
    private static let damm: [UInt8] = [
        0, 3, 1, 7, 5, 9, 8, 6, 4, 2,
        7, 0, 9, 2, 1, 5, 4, 8, 6, 3,
        4, 2, 0, 6, 8, 7, 1, 3, 5, 9,
        1, 7, 5, 0, 9, 8, 3, 4, 2, 6,
        6, 1, 2, 3, 0, 4, 5, 9, 7, 8,
        3, 6, 7, 4, 2, 0, 9, 5, 8, 1,
        5, 8, 6, 9, 7, 2, 0, 1, 3, 4,
        8, 9, 4, 5, 3, 6, 2, 0, 1, 7,
        9, 4, 3, 8, 6, 1, 7, 2, 0, 5,
        2, 5, 8, 1, 4, 3, 6, 7, 9, 0,
    ]
}
