/* Seccomp: the system calls that a worker can make, and with which arguments. All others are blocked. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "the list of system calls is written for x86-64 and arm64"
#endif

/* A test of one argument: (half & mask) == value. The kernel itself uses only the low half of an int argument. */
struct test {
    unsigned char offset; /* within struct seccomp_data; 0: no test */
    __u32 mask, value;
};

/* A call that is allowed if all tests pass. A call may have several rules. */
struct rule {
    int call;
    struct test tests[3];
};

#define LOW(n) ((unsigned char)(offsetof(struct seccomp_data, args) + 8 * (n))) /* little-endian */
#define CALL(name, ...) { SYS_##name, { __VA_ARGS__ } }
#define IS(n, wanted) { LOW(n), ~0U, (__u32)(wanted) }
#define IS_BUT_FOR(n, wanted, ignored) { LOW(n), ~(__u32)(ignored), (__u32)(wanted) }
#define HAS(n, bits) { LOW(n), (__u32)(bits), (__u32)(bits) }
#define WITHOUT(n, bits) { LOW(n), (__u32)(bits), 0 }
#define ONLY(n, bits) { LOW(n), ~(__u32)(bits), 0 }
#define NULL_POINTER(n) { LOW(n), ~0U, 0 }, { LOW(n) + 4, ~0U, 0 }

/* The flags of glibc's pthread_create; none that creates a process or a namespace. */
#define THREAD_FLAGS \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED)
/* The flags for opening a file for reading. O_RDONLY is 0; O_LARGEFILE differs between the two architectures. */
#define READ_FLAGS (O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_DIRECTORY | 0100000 | 0400000)

static const struct rule both[] = {
    CALL(read), CALL(readv), CALL(pread64), CALL(write), CALL(writev), CALL(close), CALL(lseek), CALL(fstat),
    CALL(newfstatat), CALL(openat, ONLY(2, READ_FLAGS)),
#ifdef SYS_open
    CALL(open, ONLY(1, READ_FLAGS)), CALL(stat), CALL(poll), CALL(time),
#endif
    CALL(ppoll),
    /* Memory is writable or executable, never both, and only pages of files are executable (modules of iconv). */
    CALL(mmap, WITHOUT(2, PROT_EXEC)), CALL(mmap, WITHOUT(2, PROT_WRITE), WITHOUT(3, MAP_ANONYMOUS)),
    CALL(mprotect, WITHOUT(2, PROT_EXEC)), CALL(munmap), CALL(mremap), CALL(brk), CALL(madvise),
    CALL(futex), CALL(set_robust_list), CALL(rseq), CALL(sched_yield), CALL(sched_getaffinity),
    CALL(clone, HAS(0, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND), ONLY(0, THREAD_FLAGS)),
    CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigaltstack), CALL(restart_syscall),
    CALL(getpid), CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(uname), CALL(sysinfo),
    CALL(getrandom), CALL(getrusage), CALL(clock_gettime), CALL(clock_getres), CALL(gettimeofday), CALL(nanosleep),
    CALL(clock_nanosleep), CALL(exit), CALL(exit_group),
    /* Reading its own limits, and setting that of CPU time, for each message. */
    CALL(prlimit64, IS(0, 0), NULL_POINTER(2)), CALL(prlimit64, IS(0, 0), IS(1, RLIMIT_CPU)),
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
    CALL(prctl, IS(0, PR_GET_NO_NEW_PRIVS)), CALL(prctl, IS(0, PR_SET_VMA)), CALL(prctl, IS(0, PR_GET_NAME)),
    CALL(readlinkat), CALL(getppid), CALL(fcntl, IS(1, F_GETFL)), CALL(mprotect), CALL(mmap),
#ifdef SYS_readlink
    CALL(readlink),
#endif
#endif
};

#define SOCKET(domain, type, protocol) \
    CALL(socket, IS(0, domain), IS_BUT_FOR(1, type, SOCK_CLOEXEC | SOCK_NONBLOCK), IS(2, protocol))
#define OPTION(level, name) CALL(setsockopt, IS(1, level), IS(2, name))

static const struct rule sender[] = {
    SOCKET(AF_INET, SOCK_STREAM, 0), SOCKET(AF_INET, SOCK_STREAM, IPPROTO_TCP), SOCKET(AF_INET, SOCK_DGRAM, 0),
    SOCKET(AF_INET, SOCK_DGRAM, IPPROTO_UDP), SOCKET(AF_INET6, SOCK_STREAM, 0),
    SOCKET(AF_INET6, SOCK_STREAM, IPPROTO_TCP), SOCKET(AF_INET6, SOCK_DGRAM, 0),
    SOCKET(AF_INET6, SOCK_DGRAM, IPPROTO_UDP),
    /* libcurl wakes its resolver through a socket pair; a connected stream socket cannot be connected again. */
    CALL(socketpair, IS(0, AF_UNIX), IS_BUT_FOR(1, SOCK_STREAM, SOCK_CLOEXEC | SOCK_NONBLOCK)),
    CALL(eventfd2), CALL(connect), CALL(sendto), CALL(sendmmsg), CALL(recvfrom), CALL(shutdown), CALL(getsockname),
    CALL(getpeername), CALL(getsockopt),
    OPTION(SOL_SOCKET, SO_KEEPALIVE), OPTION(IPPROTO_TCP, TCP_NODELAY), OPTION(IPPROTO_TCP, TCP_KEEPIDLE),
    OPTION(IPPROTO_TCP, TCP_KEEPINTVL), OPTION(IPPROTO_IP, IP_RECVERR), OPTION(IPPROTO_IP, IP_MTU_DISCOVER),
    OPTION(IPPROTO_IPV6, IPV6_RECVERR), OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER),
    /* Not F_SETOWN, F_SETSIG or O_ASYNC: with them the kernel would signal a process of the caller's choice. */
    CALL(fcntl, IS(1, F_GETFL)), CALL(fcntl, IS(1, F_SETFL), WITHOUT(2, O_ASYNC)), CALL(fcntl, IS(1, F_GETFD)),
    CALL(fcntl, IS(1, F_SETFD)), CALL(ioctl, IS(1, FIONREAD)), CALL(ioctl, IS(1, FIONBIO)),
};

/* Only hostile code makes these calls: they kill the worker, which zurufd logs. */
static const int deadly[] = { SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev };

/* With ENOSYS, glibc falls back to an older call; with EPERM it would fail. */
static const int unknown[] = {
    SYS_clone3, SYS_openat2, SYS_statx, SYS_close_range,
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
};

/* Newer calls have numbers from here on, the same on all architectures. ENOSYS is what an older kernel returns. */
#define FIRST_LATER_CALL 449

struct program {
    struct sock_filter code[1024];
    unsigned short length;
};

static void add(struct program *p, unsigned short code, __u32 k, unsigned char then, unsigned char otherwise) {
    if (p->length < sizeof p->code / sizeof *p->code)
        p->code[p->length] = (struct sock_filter){ code, then, otherwise, k };
    p->length++;
}

static void load(struct program *p, __u32 offset) { add(p, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0); }
static void end(struct program *p, __u32 verdict) { add(p, BPF_RET | BPF_K, verdict, 0, 0); }

static void end_if(struct program *p, unsigned short comparison, __u32 value, __u32 verdict) {
    add(p, BPF_JMP | comparison | BPF_K, value, 0, 1);
    end(p, verdict);
}

static void allow(struct program *p, const struct rule *rule) {
    unsigned char left = 1; /* instructions from here to the rule's end: three per test, and its verdict */
    for (int i = 0; i < 3 && rule->tests[i].offset; i++) left += 3;
    load(p, offsetof(struct seccomp_data, nr));
    add(p, BPF_JMP | BPF_JEQ | BPF_K, (__u32)rule->call, 0, left);
    for (int i = 0; i < 3 && rule->tests[i].offset; i++) {
        load(p, rule->tests[i].offset);
        add(p, BPF_ALU | BPF_AND | BPF_K, rule->tests[i].mask, 0, 0);
        left -= 3;
        add(p, BPF_JMP | BPF_JEQ | BPF_K, rule->tests[i].value, 0, left);
    }
    end(p, SECCOMP_RET_ALLOW);
}

static void write_program(struct program *p, enum desk_worker_role role) {
    load(p, offsetof(struct seccomp_data, arch));
    add(p, BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
    end(p, SECCOMP_RET_KILL_PROCESS);
    load(p, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    end_if(p, BPF_JGE, 0x40000000, SECCOMP_RET_KILL_PROCESS); /* system calls of the x32 ABI */
#endif
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) allow(p, &both[i]);
    if (role == desk_worker_sends)
        for (size_t i = 0; i < sizeof sender / sizeof *sender; i++) allow(p, &sender[i]);
    /* abort(3) sends a signal to its own process. */
    struct rule abort = CALL(tgkill, IS(0, getpid()));
    allow(p, &abort);
    load(p, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        end_if(p, BPF_JEQ, (__u32)deadly[i], SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        end_if(p, BPF_JEQ, (__u32)unknown[i], SECCOMP_RET_ERRNO | ENOSYS);
    end_if(p, BPF_JGE, FIRST_LATER_CALL, SECCOMP_RET_ERRNO | ENOSYS);
    end(p, SECCOMP_RET_ERRNO | EPERM);
}

int desk_restrict_calls(enum desk_worker_role role, int *installed) {
    *installed = 0;
    struct program p = { .length = 0 };
    write_program(&p, role);
    if (p.length > sizeof p.code / sizeof *p.code) return E2BIG;
    struct sock_fprog program = { .len = p.length, .filter = p.code };
    /* Some containers block seccomp(2) but allow prctl(2). EINVAL: the kernel is built without filters. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0) {
        *installed = 1;
        return 0;
    }
    return errno == EPERM || errno == EACCES || errno == ENOSYS || errno == EINVAL ? 0 : errno;
}
