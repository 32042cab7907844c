/* Seccomp, Landlock and close_range are macros and raw system calls, which Swift does not see. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int desk_close_descriptors(void) {
    return close_range(3, ~0U, 0) == 0 ? 0 : errno;
}

static int limit(int what, rlim_t value) {
    struct rlimit r = { value, value };
    return setrlimit(what, &r) == 0 ? 0 : errno;
}

int desk_limit_resources(unsigned long long address_space) {
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
    // Their shadow memory takes terabytes of addresses; such a worker is for tests alone.
    int e = 0;
#else
    int e = limit(RLIMIT_AS, address_space);
#endif
    if (e == 0) e = limit(RLIMIT_NOFILE, 32);
    if (e == 0) e = limit(RLIMIT_CORE, 0);
    if (e == 0) e = limit(RLIMIT_FSIZE, 0);
    return e;
}

int desk_grant_cpu(unsigned seconds) {
    struct rusage used;
    struct rlimit r;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &r) != 0) return errno;
    rlim_t until = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + seconds + 1;
    /* The hard limit stays: it bounds the life of a worker, the soft one a single mail. */
    r.rlim_cur = r.rlim_max != RLIM_INFINITY && until > r.rlim_max ? r.rlim_max : until;
    return setrlimit(RLIMIT_CPU, &r) == 0 ? 0 : errno;
}

/* Rights of Landlock's first version; later ones forbid more and are asked for by number. */
#define FILE_RIGHTS_1 ((1ULL << 13) - 1)

static __u64 rights_of(int abi) {
    __u64 rights = FILE_RIGHTS_1;
    if (abi >= 2) rights |= 1ULL << 13; /* REFER */
    if (abi >= 3) rights |= 1ULL << 14; /* TRUNCATE */
    return rights;
}

static int allow_reading(int rules, const char *path) {
    struct landlock_path_beneath_attr beneath = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
        .parent_fd = open(path, O_PATH | O_CLOEXEC),
    };
    if (beneath.parent_fd < 0) return errno == ENOENT ? 0 : errno;
    long r = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    int e = r == 0 ? 0 : errno;
    close(beneath.parent_fd);
    return e;
}

int desk_close_files(int *abi) {
    /* Where distributions keep the tables of iconv: Debian per architecture, others beside their libraries. */
    static const char *const tables[] = {
        "/usr/lib/x86_64-linux-gnu/gconv", "/usr/lib/aarch64-linux-gnu/gconv", "/usr/lib64/gconv", "/usr/lib/gconv",
    };
    *abi = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return 0;
    struct landlock_ruleset_attr attr = { .handled_access_fs = rights_of((int)version) };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    if (rules < 0) return errno;
    int e = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && e == 0; i++) e = allow_reading(rules, tables[i]);
    if (e == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0) e = errno;
    close(rules);
    if (e == 0) *abi = (int)version;
    return e;
}

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "the filter of system calls is written for x86-64 and arm64"
#endif

#define WORD(n) ((__u32)(offsetof(struct seccomp_data, args) + 8 * (n))) /* low half: both machines are little-endian */
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(e) RETURN(SECCOMP_RET_ERRNO | (e))
#define DENY(call, e) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), REFUSE(e)
#define KILL(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS)
#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
/* Refuses a call whose argument n has one of the bits. Leaves the accumulator with the call's number. */
#define DENY_BITS(call, n, bits) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(WORD(n)), \
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)
/* Refuses a call unless argument n has the value. */
#define ONLY_VALUE(call, n, value) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(WORD(n)), \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 1, 0), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)
/* Refuses a call unless argument n has one of the bits. */
#define ONLY_BITS(call, n, bits) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(WORD(n)), \
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 1, 0), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)

static int install(struct sock_filter *filter, size_t count) {
    struct sock_fprog program = { .len = (unsigned short)count, .filter = filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}
#define INSTALL(filter) install(filter, sizeof filter / sizeof *filter)

static int filter_network(void) {
    struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, nr)),
        DENY(socket, EPERM), DENY(socketpair, EPERM), DENY(connect, EPERM), DENY(bind, EPERM), DENY(listen, EPERM),
        DENY(accept, EPERM), DENY(accept4, EPERM), DENY(sendto, EPERM), DENY(sendmsg, EPERM), DENY(sendmmsg, EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    return INSTALL(filter);
}

int desk_filter_calls(int network) {
    struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD(offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
        /* The x32 twins of all calls have other numbers. */
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), RETURN(SECCOMP_RET_KILL_PROCESS),
        DENY(fork, EPERM), DENY(vfork, EPERM), DENY(creat, EPERM), DENY(unlink, EPERM), DENY(rename, EPERM),
        DENY(link, EPERM), DENY(symlink, EPERM), DENY(mkdir, EPERM), DENY(rmdir, EPERM), DENY(chmod, EPERM),
        DENY(chown, EPERM), DENY(lchown, EPERM), DENY(mknod, EPERM), DENY_BITS(open, 1, WRITING),
#endif
        DENY_BITS(openat, 2, WRITING), DENY(openat2, ENOSYS),
        DENY(unlinkat, EPERM), DENY(renameat, EPERM), DENY(renameat2, EPERM), DENY(linkat, EPERM),
        DENY(symlinkat, EPERM), DENY(mkdirat, EPERM), DENY(fchmod, EPERM), DENY(fchmodat, EPERM),
        DENY(fchown, EPERM), DENY(fchownat, EPERM), DENY(mknodat, EPERM), DENY(truncate, EPERM),
        DENY(open_by_handle_at, EPERM), DENY(mount, EPERM), DENY(umount2, EPERM), DENY(pivot_root, EPERM),
        DENY(chroot, EPERM), DENY(unshare, EPERM), DENY(setns, EPERM),
        DENY(execve, EPERM), DENY(execveat, EPERM), ONLY_BITS(clone, 0, CLONE_THREAD), DENY(clone3, ENOSYS),
        KILL(ptrace), KILL(process_vm_readv), KILL(process_vm_writev), DENY(pidfd_open, EPERM),
        DENY(pidfd_getfd, EPERM), DENY(pidfd_send_signal, EPERM), DENY(kill, EPERM), DENY(tkill, EPERM),
        DENY(rt_sigqueueinfo, EPERM), DENY(rt_tgsigqueueinfo, EPERM),
        ONLY_VALUE(tgkill, 0, (__u32)getpid()), /* abort() sends itself a signal. */
        ONLY_VALUE(prlimit64, 0, 0), DENY(io_uring_setup, ENOSYS), DENY(bpf, EPERM), DENY(perf_event_open, EPERM),
        DENY(userfaultfd, EPERM), DENY(keyctl, EPERM), DENY(add_key, EPERM), DENY(request_key, EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    int e = network ? 0 : filter_network();
    return e != 0 ? e : INSTALL(filter);
}
