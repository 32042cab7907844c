import CLinux
import Glibc

/// A thread that runs jobs in order, for work that would block the event loop: password hashing, long reads.
///
/// Jobs return results through a `Mailbox`; nothing else is shared.
public final class Worker: Sendable {
    /// Work to run on the worker's thread.
    public typealias Job = @Sendable () -> Void

    private let jobs: Mailbox<Job?>

    /// Starts the thread. `name`, at most 15 bytes, is shown by top(1) and gdb(1).
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

    /// Adds a job. Any thread may call this.
    public func post(_ job: @escaping Job) {
        jobs.post(job)
    }

    /// Ends the thread after the jobs added so far.
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
