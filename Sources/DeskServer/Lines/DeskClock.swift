internal import DeskModel
internal import DeskNet

/// What time it is on the desk: never backwards, whatever becomes of the machine's clock.
///
/// now = base + what the monotonic clock has run since the start, base = the later of the last event's time and the
/// wall clock at the start. A throw-away desk's clock stands until it is set by hand, so that leases can be tried
/// without sleep.
final class DeskClock {
    private var base: Moment
    private var started = Clock.monotonic()
    private let isByHand: Bool

    /// A clock that starts at the wall's time, or at the last event's if that is later.
    init(lastEvent: Moment, isByHand: Bool) {
        base = max(lastEvent, Moment(milliseconds: Clock.wall()))
        self.isByHand = isByHand
    }

    /// Now.
    var now: Moment {
        isByHand ? base : base + TimeSpan(milliseconds: (Clock.monotonic() - started) / 1_000_000)
    }

    /// Sets a clock by hand that much later; `false` if this clock runs by itself.
    func advance(by span: TimeSpan) -> Bool {
        guard isByHand, span.milliseconds >= 0 else { return false }
        base = base + span
        return true
    }

    /// When `moment` will be, in nanoseconds of the monotonic clock; far away on a clock that stands.
    func monotonic(at moment: Moment) -> Int64 {
        isByHand ? .max : started + (moment - base).milliseconds * 1_000_000
    }

    /// Why a desk whose last event was at `lastEvent` should not start now: the wall clock is more than a day behind
    /// it, or more than 400 days ahead; `nil` if it may.
    static func objection(lastEvent: Moment?) -> String? {
        guard let lastEvent else { return nil }
        let wall = Moment(milliseconds: Clock.wall())
        if wall + .days(1) < lastEvent {
            return
                "the clock says \(wall), but the last event was at \(lastEvent): "
                + "set the clock, or start with --accept-clock yes"
        }
        if lastEvent + .days(400) < wall {
            return "the clock says \(wall), more than 400 days after the last event at \(lastEvent): "
                + "set the clock, or start with --accept-clock yes"
        }
        return nil
    }
}
