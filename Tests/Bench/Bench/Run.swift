import CFloor
import DeskNet
import Glibc

/// `zuruf-bench [NAME…]`: prints what the desk costs, tab-separated: name, value, unit. Each figure stands beside its
/// bare floor of the same run; on a noisy machine only their ratio travels.
func run(_ arguments: [String]) -> Int32 {
    if arguments.first == "floor", arguments.count == 4 { return floorServe(arguments) }
    Signals.ignoreBrokenPipes()
    let wanted = arguments.isEmpty ? Measurement.all.map(\.name) : arguments
    do {
        _ = try raiseDescriptorLimit()
        for name in wanted {
            guard let measurement = Measurement.all.first(where: { $0.name == name }) else {
                complain("no measurement is called \(name): \(Measurement.all.map(\.name).joined(separator: " "))")
                return 2
            }
            try measurement.run()
        }
        return 0
    } catch {
        complain("\(error)")
        return 1
    }
}

/// One group of figures.
struct Measurement: Sendable {
    let name: String
    let run: @Sendable () throws -> Void

    static let all = [
        Measurement(name: "claims", run: Claims.run), Measurement(name: "events", run: Fanout.runEvents),
        Measurement(name: "bursts", run: Fanout.runBursts), Measurement(name: "paced", run: Fanout.runPaced),
        Measurement(name: "idle", run: Idle.run), Measurement(name: "handshakes", run: Handshakes.run),
        Measurement(name: "mail", run: MailIntake.run), Measurement(name: "start", run: StartUp.run),
    ]
}

/// The length of what the desk reads, stores and writes for a claim and an event, so that the floor moves as much.
enum Sizes {
    static let event: Int32 = 110
    static let reply: Int32 = 170
    static let line: Int32 = 170
}

private func floorServe(_ arguments: [String]) -> Int32 {
    unsafe floor_serve(arguments[1], arguments[2], arguments[3], Sizes.event, Sizes.reply, Sizes.line)
}

/// Prints a row.
func row(_ name: String, _ value: Double, _ unit: String, digits: Int = 2) {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    say("\(name)\t\(rounded)\t\(unit)", to: 1)
}

func complain(_ text: String) {
    say("zuruf-bench: \(text)", to: 2)
}

/// Unbuffered, so that a row is there as soon as it is measured.
private func say(_ text: String, to descriptor: Int32) {
    let bytes = Array((text + "\n").utf8)
    _ = unsafe write(descriptor, bytes, bytes.count)
}

/// A measurement that cannot go on.
struct Stopped: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
