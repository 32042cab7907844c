/// A point in time: milliseconds since 1970-01-01T00:00:00Z, as stored with every event.
public struct Moment: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970, UTC, leap seconds not counted.
    public let milliseconds: Int64

    /// The moment `milliseconds` after the beginning of 1970, UTC.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier moments are smaller.
    public static func < (left: Moment, right: Moment) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment that lies `span` later; stops at the ends of the scale instead of overflowing.
    public static func + (moment: Moment, span: TimeSpan) -> Moment {
        let (sum, overflow) = moment.milliseconds.addingReportingOverflow(span.milliseconds)
        return Moment(milliseconds: overflow ? (span.milliseconds > 0 ? .max : .min) : sum)
    }

    /// The moment that lies `span` earlier.
    public static func - (moment: Moment, span: TimeSpan) -> Moment {
        moment + TimeSpan(milliseconds: -span.milliseconds)
    }

    /// How long after `other` this moment is.
    public static func - (moment: Moment, other: Moment) -> TimeSpan {
        TimeSpan(milliseconds: moment.milliseconds &- other.milliseconds)
    }

    /// Always UTC, always with milliseconds: `2026-11-24T00:50:32.123Z`.
    public var description: String {
        var line: [UInt8] = []
        line.reserveCapacity(24)
        append(to: &line)
        return String(decoding: line, as: UTF8.self)
    }

    /// Appends the 24 bytes of `description` to `line`.
    public func append(to line: inout [UInt8]) {
        let date = CivilDate(self)
        let ofDay = Int(milliseconds - CivilDate.floor(milliseconds, 86_400_000) * 86_400_000)
        put(date.year, width: 4, then: UInt8(ascii: "-"), to: &line)
        put(date.month, width: 2, then: UInt8(ascii: "-"), to: &line)
        put(date.day, width: 2, then: UInt8(ascii: "T"), to: &line)
        put(ofDay / 3_600_000, width: 2, then: UInt8(ascii: ":"), to: &line)
        put(ofDay / 60_000 % 60, width: 2, then: UInt8(ascii: ":"), to: &line)
        put(ofDay / 1000 % 60, width: 2, then: UInt8(ascii: "."), to: &line)
        put(ofDay % 1000, width: 3, then: UInt8(ascii: "Z"), to: &line)
    }

    private func put(_ value: Int, width: Int, then mark: UInt8, to line: inout [UInt8]) {
        var divisor = width == 4 ? 1000 : width == 3 ? 100 : 10
        while divisor > 0 {
            line.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
        line.append(mark)
    }
}

/// How long something takes or lasts, in milliseconds.
public struct TimeSpan: Hashable, Comparable, Sendable {
    /// The length; negative for "before".
    public let milliseconds: Int64

    /// A span of `milliseconds`.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A span of whole seconds.
    public static func seconds(_ count: Int64) -> TimeSpan {
        TimeSpan(milliseconds: count * 1000)
    }

    /// A span of whole minutes.
    public static func minutes(_ count: Int64) -> TimeSpan {
        .seconds(count * 60)
    }

    /// A span of whole hours.
    public static func hours(_ count: Int64) -> TimeSpan {
        .minutes(count * 60)
    }

    /// A span of days of 24 hours.
    public static func days(_ count: Int64) -> TimeSpan {
        .hours(count * 24)
    }

    /// Shorter spans are smaller.
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

/// A day of the Gregorian calendar, reckoned without any library (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", 2013).
public struct CivilDate: Equatable, Sendable {
    /// The year, 1970 and on.
    public let year: Int
    /// 1 … 12.
    public let month: Int
    /// 1 … 31.
    public let day: Int

    /// The day in UTC on which `moment` lies; for another zone add its offset to the moment first.
    public init(_ moment: Moment) {
        let days = CivilDate.floor(moment.milliseconds, 86_400_000) + 719_468
        let era = CivilDate.floor(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shifted + 2) / 5 + 1)
        month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// `yyyymmdd`, as it begins a ticket's number.
    public var compact: Int32 {
        Int32(truncatingIfNeeded: year * 10_000 + month * 100 + day)
    }

    /// Division that rounds down, so that moments before 1970 fall on the right day.
    static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
