import CLinux
import Glibc

/// A thread that does one job after another, for work that would make the loop wait: hashing, long reads.
///
/// Jobs hand their results back through a `Mailbox`; nothing else is shared.
public final class Worker: Sendable {
    /// What is to be done, on the worker's thread.
    public typealias Job = @Sendable () -> Void

    private let jobs: Mailbox<Job?>

    /// Starts the thread; `name` (at most 15 bytes) is what top(1) and gdb show.
    public init(name: String) throws(NetError) {
        let jobs = try Mailbox<Job?>()
        self.jobs = jobs
        let start = Start(name: name, jobs: jobs)
        var thread = pthread_t()
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard failure == 0 else { throw .system(doing: "start a thread", errno: failure) }
        pthread_detach(thread)
    }

    /// Queues a job; any thread may.
    public func post(_ job: @escaping Job) {
        jobs.post(job)
    }

    /// Lets the thread end after the jobs that are queued now.
    public func stop() {
        jobs.post(nil)
    }

    private final class Start {
        let name: String
        let jobs: Mailbox<Job?>

        init(name: String, jobs: Mailbox<Job?>) {
            self.name = name
            self.jobs = jobs
        }

        func run() {
            unsafe desk_name_thread(name)
            while true {
                var waiting = pollfd(fd: jobs.descriptor, events: Int16(POLLIN), revents: 0)
                _ = retrying { unsafe poll(&waiting, 1, -1) }
                for job in jobs.takeAll() {
                    guard let job else { return }
                    job()
                }
            }
        }
    }
}
