import DeskNet
import DeskTestSupport
import Testing

/// What the desk says of its workers' sandboxes, and that nothing which it started speaks to it as an admin.
@Suite struct WorkerSandboxTests {
    @Test func `log and status tell which layers there are`() throws {
        let hall = try Hall()
        try hall.serve()
        let log = try hall.wait(for: "for=agents")
        let status = try hall.zurufd("status", "--state", hall.state).output
        for role in ["read", "send"] {
            let (output, _) = try ChildProcess.run(path: Programs.path("zuruf-mail"), arguments: [role, "check"])
            let layers = String(decoding: output, as: UTF8.self)
            #expect(log.contains("role=\(role) layers=\(layers)"))
            #expect(status.contains("sandbox-\(role)=\(layers)"))
        }
    }

    @Test func `a missing layer is reported, and the desk serves`() throws {
        let hall = try Hall()
        let bare = try hall.yard.program("bare", "[ \"$2\" = check ] && echo no-landlock,no-seccomp")
        try hall.serve("--worker", bare)
        #expect(try hall.wait(for: "for=agents").contains("worker: sandbox incomplete role=read layers=no-landlock"))
        #expect(try hall.zurufd("status", "--state", hall.state).output.contains("sandbox-send=no-landlock,no-seccomp"))
    }

    @Test func `a worker that does not work is found at the start`() throws {
        let hall = try Hall()
        let broken = try hall.yard.program("broken", "exit 70")
        let refused = try hall.zurufd("serve", "--state", hall.state, "--worker", broken, "--smarthost", "127.0.0.1:9")
        #expect(refused.end == .exited(1))
        #expect(refused.errors.contains("the mail worker \(broken) does not work: exit status 70"))
    }

    @Test(arguments: ["exec", "", "setsid"]) func `a child of the desk is no admin`(how: String) throws {
        let hall = try Hall()
        let said = hall.yard.path + "/said"
        let worker = try hall.yard.program(
            "worker",
            """
            if [ "$2" = check ]; then exec \(Programs.path("zuruf-mail")) "$@"; fi
            \(how) \(Programs.path("zurufd")) agent flags mustermann bot --state \(hall.state) >\(said) 2>&1
            """)
        try hall.serve("--worker", worker)
        let mail = "From: a@b.example\nSubject: x\n\nx\n"
        _ = try hall.zurufd("deliver", "--state", hall.state, input: mail)
        try hall.wait(for: "shell: refused to a child of this desk")
        #expect(try hall.zurufd("agent", "list", "--state", hall.state).output.contains("bot") == false)
    }

    /// What a worker starts is still known when the worker has ended and its own parent is another process.
    @Test func `what may write to no file is taken for a worker's child`() throws {
        let hall = try Hall()
        try hall.serve()
        let script = "ulimit -f 0; exec \"$@\""
        let child = try ChildProcess(
            path: "/bin/sh",
            arguments: ["-c", script, "sh", Programs.path("zurufd"), "agent", "list", "--state", hall.state],
            input: .null, output: .null, errors: .null)
        #expect(child.wait() == .exited(1))
        try hall.wait(for: "shell: refused to a child of this desk")
    }
}
