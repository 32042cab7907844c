import Glibc

/// The two clocks of the machine.
public enum Clock {
    /// Nanoseconds since some moment in the past; never set back nor forth, so the clock for deadlines.
    public static func monotonic() -> Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Milliseconds since 1970 (UTC); may be set back or forth by people and by NTP.
    public static func wall() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func read(_ clock: Int32) -> timespec {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time
    }
}
