internal import DeskMail
internal import DeskNet

/// A mail worker, seen from the desk: started when it is needed, asked one thing at a time, ended when it is late.
///
/// What it answers is believed as far as the codec of DeskMail goes. Whatever happens to it costs the desk nothing
/// but the answer. Belongs to the owner thread.
final class MailWorker {
    /// Why a request has no answer.
    enum Failure: Error, Equatable {
        /// The program cannot be started: nothing has been tried.
        case missing(String)
        /// It ended or said nonsense while it had the request.
        case failed(String)
        /// It did not answer in time and was killed.
        case late(String)
    }

    /// How long a worker may take for one answer.
    struct TimeLimit: Equatable, Sendable {
        /// By the clock.
        var milliseconds: Int64
        /// By the worker's use of a processor, which a busy machine does not shorten; looked at now and then. `nil`: no
        /// limit.
        var ofProcessor: Int64?
    }

    /// Gets the answer, or why there is none.
    typealias Then = (Result<WorkerAnswer, Failure>) -> Void

    private let path: String
    private let role: String
    private let loop: Loop
    private let log: Log
    private let timeLimit: TimeLimit
    private let requestsMost: Int
    private var child: Child?
    private var waiting: [Errand] = []
    private var isStopping = false

    private struct Errand {
        let request: WorkerRequest
        let then: Then
    }

    /// A worker that is started by the first request.
    ///
    /// `timeLimit` is for one answer. `requestsMost`: after so many it is replaced by a fresh one.
    init(
        path: String, role: String, loop: Loop, log: Log, timeLimit: TimeLimit = TimeLimit(milliseconds: 10_000),
        requestsMost: Int = 1000
    ) {
        self.path = path
        self.role = role
        self.loop = loop
        self.log = log
        self.timeLimit = timeLimit
        self.requestsMost = requestsMost
    }

    /// Asks for something; answers come in the order of the requests.
    func ask(_ request: WorkerRequest, then: @escaping Then) {
        waiting.append(Errand(request: request, then: then))
        goOn()
    }

    /// Ends the worker; what it has not answered fails.
    func stop() {
        isStopping = true
        child?.end(.failed("the desk is going down"))
        // The loop, which buries those that die while the desk works, turns no more.
        child?.awaitEnd()
        child = nil
        let left = waiting
        waiting = []
        for errand in left { errand.then(.failure(.failed("the desk is going down"))) }
    }

    private func goOn() {
        guard !isStopping, child?.isBusy != true, !waiting.isEmpty else { return }
        do throws(NetError) {
            let child = try running()
            let errand = waiting.removeFirst()
            child.ask(errand.request.frame(), within: timeLimit) { [weak self] answer in
                self?.answered(answer, errand.then)
            }
        } catch {
            log.note(.workerMissing(role: role, why: error.description))
            let errand = waiting.removeFirst()
            // Not from within `ask`: its caller has to be done first.
            loop.after(milliseconds: 0) { [weak self] in
                errand.then(.failure(.missing(error.description)))
                self?.goOn()
            }
        }
    }

    private func running() throws(NetError) -> Child {
        if let child, !child.isOver { return child }
        let child = try Child(path: path, role: role, loop: loop)
        self.child = child
        return child
    }

    private func answered(_ answer: Result<WorkerAnswer, Failure>, _ then: Then) {
        if case .failure(let failure) = answer {
            if !isStopping { log.note(.workerFailed(role: role, why: failure.why)) }
            child = nil
        } else if let child, child.answers >= requestsMost || answer.failedForNow {
            child.end(nil)
            self.child = nil
        }
        then(answer)
        goOn()
    }
}

extension MailWorker.Failure {
    /// The reason, in a few words.
    var why: String {
        switch self {
        case .missing(let why), .failed(let why), .late(let why): why
        }
    }
}

extension Result<WorkerAnswer, MailWorker.Failure> {
    /// A transfer failed that may work later. The sandbox of a sender keeps to the very files of name resolution and
    /// certificates that it found: a fresh one sees those that have replaced them.
    fileprivate var failedForNow: Bool {
        if case .success(.delivered(.later)) = self { true } else { false }
    }
}

/// One process of a worker and its one request.
private final class Child: Watcher {
    private(set) var answers = 0
    var isBusy: Bool { then != nil }
    /// It has been ended, or has ended by itself while nobody asked for anything.
    var isOver: Bool { token == nil }

    private let process: ChildProcess
    private let loop: Loop
    private var token: Loop.Token?
    private var complaints: Complaints?
    private var output: [UInt8] = []
    private var sent = 0
    private var input = FrameBuffer(limit: MailLimits.answer + 64 * 1024)
    private var then: MailWorker.Then?
    private var deadline: Timers<() -> Void>.ID?
    private var scratch = [UInt8](repeating: 0, count: 64 * 1024)

    init(path: String, role: String, loop: Loop) throws(NetError) {
        self.loop = loop
        process = try ChildProcess(path: path, arguments: [role], input: .socket, output: .socket, errors: .pipe)
        complaints = try? Complaints(of: process, loop: loop)
        do throws(NetError) {
            token = try loop.watch(descriptor, for: .read, by: self)
        } catch {
            end(nil)
            throw error
        }
    }

    private var descriptor: Int32 { process.outputDescriptor }

    func ask(_ frame: [UInt8], within limit: MailWorker.TimeLimit, then: @escaping MailWorker.Then) {
        self.then = then
        (output, sent) = (frame, 0)
        watchTime(limit, from: Clock.monotonic(), used: process.processorTime)
        flush()
    }

    /// Ends the process once it is late.
    private func watchTime(_ limit: MailWorker.TimeLimit, from began: Int64, used: Int64) {
        let left = limit.milliseconds - (Clock.monotonic() - began) / 1_000_000
        if let share = limit.ofProcessor, process.processorTime - used > share * 1_000_000 {
            return end(.late("no answer within \(share) ms of processor time"))
        }
        guard left > 0 else { return end(.late("no answer within \(limit.milliseconds) ms")) }
        let pause = limit.ofProcessor == nil ? left : min(left, Child.lookMilliseconds)
        deadline = loop.after(milliseconds: pause) { [weak self] in self?.watchTime(limit, from: began, used: used) }
    }

    /// Between two looks at the use of the processor.
    private static let lookMilliseconds: Int64 = 25

    func isReady(_ readiness: Readiness) {
        if readiness.writable, sent < output.count { flush() }
        guard token != nil, readiness.readable else { return }
        switch receive() {
        case .bytes(let count):
            input.append(scratch[..<count])
            take()
        case .wait: break
        case .ended, .failed: died()
        }
    }

    /// Ends the process, at once, and its request with it; `nil`: there is none, and it may finish in peace.
    func end(_ failure: MailWorker.Failure?) {
        if let token {
            loop.unwatch(token, descriptor)
            self.token = nil
            complaints?.stop()
            if failure == nil { process.closeInput() } else { process.kill() }
            bury(tries: 0)
        }
        if let failure { finish(.failure(failure)) }
    }

    /// Waits for a process that was killed.
    func awaitEnd() {
        _ = process.wait()
    }

    private func receive() -> Received {
        process.receive(into: &scratch)
    }

    private func send() -> Sent {
        let bytes = output
        return process.send(bytes.span.extracting(sent...))
    }

    private func flush() {
        sending: while sent < output.count {
            switch send() {
            case .moved(let count): sent += count
            case .wait: break sending
            case .failed:
                died()
                return
            }
        }
        if sent == output.count { (output, sent) = ([], 0) }
        guard let token else { return }
        do { try loop.change(token, descriptor, to: output.isEmpty ? .read : [.read, .write]) } catch { died() }
    }

    private func take() {
        do throws(MailError) {
            guard let frame = try input.next() else { return }
            let answer = try WorkerAnswer(frame: frame)
            guard isBusy, input.isEmpty else { return end(.failed("it spoke unasked")) }
            answers += 1
            finish(.success(answer))
        } catch {
            end(.failed("its answer makes no sense (\(error))"))
        }
    }

    private func died() {
        // It may be about to die; what it says last comes through the other pipe.
        let last = complaints?.last ?? ""
        let how = process.reap().map(\.description) ?? "it hung up"
        end(.failed(last.isEmpty ? how : "\(how): \(last)"))
    }

    private func finish(_ answer: Result<WorkerAnswer, MailWorker.Failure>) {
        if let deadline { loop.cancel(deadline) }
        deadline = nil
        let then = then
        self.then = nil
        then?(answer)
    }

    /// Asks now and then whether it is dead, so that no zombie stays; one that does not end by itself is killed.
    private func bury(tries: Int) {
        guard process.reap() == nil else { return }
        if tries == 40 { process.kill() }
        loop.after(milliseconds: 50) { [self] in bury(tries: tries + 1) }
    }
}

/// What a worker writes to its standard error: the last of it goes into the desk's log when it fails.
private final class Complaints: Watcher {
    private let process: ChildProcess
    private let loop: Loop
    private var token: Loop.Token?
    private var bytes: [UInt8] = []

    init(of process: ChildProcess, loop: Loop) throws(NetError) {
        self.process = process
        self.loop = loop
        token = try loop.watch(descriptor, for: .read, by: self)
    }

    private var descriptor: Int32 { process.errorsDescriptor }

    var last: String {
        read()
        return String(decoding: bytes.suffix(300).filter { $0 != 0x0A }, as: UTF8.self)
    }

    func isReady(_ readiness: Readiness) {
        read()
    }

    func stop() {
        if let token { loop.unwatch(token, descriptor) }
        token = nil
    }

    private func read() {
        var scratch = [UInt8](repeating: 0, count: 4096)
        switch process.receiveErrors(into: &scratch) {
        case .bytes(let count): bytes = Array((bytes + scratch[..<count]).suffix(1000))
        case .wait: break
        case .ended, .failed: stop()
        }
    }
}
