import Glibc

/// The clocks of the system (clock_gettime(2)).
public enum Clock {
    /// Nanoseconds on CLOCK_MONOTONIC, which is never set: the clock for deadlines.
    public static func monotonic() -> Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Milliseconds since 1970 (UTC). May jump in both directions when the clock is set.
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
