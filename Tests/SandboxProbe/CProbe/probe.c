/* What hostile code in a worker would try. Raw system calls, because glibc's wrappers would hide some of them. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef TIOCSTI
#define TIOCSTI 0x5412
#endif

static int done(long result) { return result < 0 ? errno : 0; }

struct attempt {
    const char *name;
    int (*try)(const char *object);
};

/* One attempt: its name, and the expression that is negative with errno set if it was refused. */
#define TRY(identifier, expression) \
    static int try_##identifier(const char *object) { (void)object; return done((long)(expression)); }

/* Files */
TRY(read, open(object, O_RDONLY))
TRY(list, open(object, O_RDONLY | O_DIRECTORY))
TRY(write, open(object, O_WRONLY))
TRY(append, open(object, O_RDWR | O_APPEND))
TRY(create, open(object, O_WRONLY | O_CREAT, 0600))
TRY(temporary, open("/tmp", O_RDWR | O_TMPFILE, 0600))
TRY(openat2, syscall(SYS_openat2, AT_FDCWD, object, (uint64_t[3]){ O_RDONLY, 0, 0 }, 24))
TRY(handle, syscall(SYS_open_by_handle_at, AT_FDCWD, (uint32_t[8]){ 8, 1 }, O_RDONLY))
TRY(unlink, syscall(SYS_unlinkat, AT_FDCWD, object, 0))
TRY(rename, syscall(SYS_renameat2, AT_FDCWD, object, AT_FDCWD, "/tmp/desk-probe-renamed", 0))
TRY(link, syscall(SYS_linkat, AT_FDCWD, object, AT_FDCWD, "/tmp/desk-probe-link", 0))
TRY(symlink, syscall(SYS_symlinkat, object, AT_FDCWD, "/tmp/desk-probe-link"))
TRY(mkdir, syscall(SYS_mkdirat, AT_FDCWD, "/tmp/desk-probe-directory", 0700))
TRY(mknod, syscall(SYS_mknodat, AT_FDCWD, "/tmp/desk-probe-fifo", 010600, 0))
TRY(truncate, truncate(object, 0))
TRY(chmod, syscall(SYS_fchmodat, AT_FDCWD, object, 0777))
TRY(fchmod, fchmod(1, 0777))
TRY(fchmodat2, syscall(SYS_fchmodat2, AT_FDCWD, object, 0777, 0))
TRY(chown, syscall(SYS_fchownat, AT_FDCWD, object, geteuid(), getegid(), 0))
TRY(setxattr, syscall(SYS_setxattr, object, "user.probe", "x", 1, 0))
TRY(fsetxattr, syscall(SYS_fsetxattr, 1, "user.probe", "x", 1, 0))
TRY(utimensat, syscall(SYS_utimensat, AT_FDCWD, object, NULL, 0))
TRY(chdir, chdir("/"))
TRY(chroot, chroot("/"))
TRY(mount, syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL))
TRY(pivot_root, syscall(SYS_pivot_root, "/", "/"))
TRY(unshare, unshare(CLONE_NEWUSER))
TRY(setns, setns(0, 0))
TRY(inotify, syscall(SYS_inotify_init1, 0))
TRY(fanotify, syscall(SYS_fanotify_init, 0, 0))
TRY(memfd, syscall(SYS_memfd_create, "x", 0))

/* Programs and processes */
static int try_fork(const char *object) {
    (void)object;
    long pid = syscall(SYS_clone, 17L, 0L, 0L, 0L, 0L); /* SIGCHLD: what fork() asks for */
    if (pid == 0) _exit(0);
    return done(pid);
}
#define THREAD_IN_NAMESPACE (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_NEWUSER)
TRY(clone_namespace, syscall(SYS_clone, (long)THREAD_IN_NAMESPACE, 0L, 0L, 0L, 0L))
TRY(clone3, syscall(SYS_clone3, (uint64_t[8]){ 0, 0, 0, 0, 17 }, 64))
TRY(exec, execve("/bin/true", (char *[]){ "true", NULL }, (char *[]){ NULL }))
TRY(execveat, syscall(SYS_execveat, AT_FDCWD, "/bin/true", (char *[]){ "true", NULL }, NULL, 0))
TRY(kill_parent, kill(getppid(), 0))
TRY(kill_all, kill(-1, 0))
TRY(kill_self, kill(getpid(), 0))
TRY(tkill, syscall(SYS_tkill, getppid(), 0))
TRY(tgkill, syscall(SYS_tgkill, getppid(), getppid(), 0))
TRY(sigqueue, syscall(SYS_rt_sigqueueinfo, getppid(), 0, (char[128]){ 0 }))
TRY(tgsigqueue, syscall(SYS_rt_tgsigqueueinfo, getppid(), getppid(), 0, (char[128]){ 0 }))
TRY(pidfd_open, syscall(SYS_pidfd_open, getppid(), 0))
TRY(pidfd_getfd, syscall(SYS_pidfd_getfd, 0, 0, 0))
TRY(pidfd_signal, syscall(SYS_pidfd_send_signal, 0, 0, NULL, 0))
TRY(ptrace, syscall(SYS_ptrace, 16 /* ATTACH */, getppid(), 0, 0))
TRY(vm_read, syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0))
TRY(vm_write, syscall(SYS_process_vm_writev, getppid(), NULL, 0, NULL, 0, 0))
TRY(process_madvise, syscall(SYS_process_madvise, 0, NULL, 0, 0, 0))
TRY(kcmp, syscall(SYS_kcmp, getppid(), getpid(), 0, 0, 0))
TRY(scheduler, syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &(struct sched_param){ 0 }))
TRY(affinity, syscall(SYS_sched_setaffinity, getppid(), 8, (uint64_t[1]){ 1 }))
TRY(priority, setpriority(PRIO_PROCESS, (id_t)getppid(), 19))
TRY(ioprio, syscall(SYS_ioprio_set, 1, getppid(), 0))
TRY(setsid, setsid())
TRY(limit_parent, syscall(SYS_prlimit64, getppid(), RLIMIT_CORE, NULL, (uint64_t[2]){ 0 }))
TRY(limit_size, syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, (uint64_t[2]){ 0, 0 }, NULL))
TRY(limit_cpu, syscall(SYS_prlimit64, 0, RLIMIT_CPU, (uint64_t[2]){ 60, ~0ULL }, NULL))
TRY(dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
TRY(tracer, prctl(PR_SET_PTRACER, -1, 0, 0, 0))
TRY(death_signal, prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0))
TRY(capability, syscall(SYS_capset, (uint32_t[2]){ 0x20080522, 0 }, (uint32_t[6]){ 1, 1 }))
TRY(setuid, syscall(SYS_setuid, 0))
TRY(personality, syscall(SYS_personality, 0x0040000))
static void *nothing(void *unused) { return unused; }
static int try_thread(const char *object) {
    (void)object;
    pthread_t thread;
    int e = pthread_create(&thread, NULL, nothing, NULL);
    return e ? e : pthread_join(thread, NULL);
}
static int try_abort(const char *object) { (void)object; abort(); }

/* Signals that the kernel sends for us */
TRY(setown, fcntl(0, F_SETOWN, getppid()))
TRY(setown_ex, fcntl(0, F_SETOWN_EX, &(struct f_owner_ex){ F_OWNER_PID, getppid() }))
TRY(setsig, fcntl(0, F_SETSIG, 9))
TRY(async, fcntl(0, F_SETFL, O_ASYNC))
TRY(lease, fcntl(0, F_SETLEASE, F_RDLCK))
TRY(notify, fcntl(0, F_NOTIFY, 1))
TRY(duplicate, fcntl(0, F_DUPFD, 0))
TRY(fioasync, ioctl(0, FIOASYNC, &(int){ 1 }))
TRY(fiosetown, ioctl(0, 0x8901, &(int){ 1 }))
TRY(tiocsti, ioctl(0, TIOCSTI, "x"))
TRY(timer, syscall(SYS_timer_create, 0, NULL, &(int){ 0 }))

/* Memory and kernel objects */
TRY(space, malloc(2UL << 30) ? 0 : -1)
static int map(int protection) {
    void *page = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}
TRY(map_code, map(PROT_READ | PROT_EXEC))
TRY(map_both, map(PROT_READ | PROT_WRITE | PROT_EXEC))
TRY(protect_code, mprotect((void *)((uintptr_t)&errno & ~4095UL), 4096, PROT_READ | PROT_WRITE | PROT_EXEC))
TRY(shmget, syscall(SYS_shmget, 0, 4096, 01600))
TRY(semget, syscall(SYS_semget, 0, 1, 01600))
TRY(msgget, syscall(SYS_msgget, 0, 01600))
TRY(mq_open, syscall(SYS_mq_open, "probe", O_RDWR | O_CREAT, 0600, NULL))
TRY(io_uring, syscall(SYS_io_uring_setup, 1, (char[120]){ 0 }))
TRY(userfaultfd, syscall(SYS_userfaultfd, 0))
TRY(bpf, syscall(SYS_bpf, 0, NULL, 0))
TRY(perf, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
TRY(keyctl, syscall(SYS_keyctl, 0, -3, 0))
TRY(add_key, syscall(SYS_add_key, "user", "probe", "x", 1, -3))
TRY(request_key, syscall(SYS_request_key, "user", "probe", NULL, -3))
TRY(later_call, syscall(600))

/* Network */
TRY(inet, socket(AF_INET, SOCK_STREAM, 0))
TRY(inet6, socket(AF_INET6, SOCK_DGRAM, 0))
TRY(raw, socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
TRY(ping, socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))
TRY(packet, socket(AF_PACKET, SOCK_DGRAM, 0))
TRY(netlink, socket(AF_NETLINK, SOCK_RAW, 0))
TRY(vsock, socket(AF_VSOCK, SOCK_STREAM, 0))
TRY(alg, socket(AF_ALG, SOCK_SEQPACKET, 0))
TRY(unix_stream, socket(AF_UNIX, SOCK_STREAM, 0))
TRY(unix_datagram, socket(AF_UNIX, SOCK_DGRAM, 0))
static int pair(int type, int ends[2]) { return socketpair(AF_UNIX, type, 0, ends); }
TRY(pair_stream, pair(SOCK_STREAM, (int[2]){ 0 }))
TRY(pair_datagram, pair(SOCK_DGRAM, (int[2]){ 0 }))
/* An object that begins with @ is an abstract name. */
static int reach(int descriptor, const char *object) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(object));
    strncpy(address.sun_path, object, sizeof address.sun_path - 1);
    if (object[0] == '@') address.sun_path[0] = 0;
    return connect(descriptor, (struct sockaddr *)&address, length);
}
static int try_connect(const char *object) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    return descriptor < 0 ? errno : done(reach(descriptor, object));
}
static int try_reconnect(const char *object) {
    int ends[2];
    return pair(SOCK_STREAM, ends) != 0 ? errno : done(reach(ends[0], object));
}
static int try_listen(const char *object) {
    (void)object;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    return descriptor < 0 ? errno : done(listen(descriptor, 1));
}
static int try_bind(const char *object) {
    (void)object;
    struct sockaddr_in address = { .sin_family = AF_INET };
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    return descriptor < 0 ? errno : done(bind(descriptor, (struct sockaddr *)&address, sizeof address));
}
static int try_attach_filter(const char *object) {
    (void)object;
    struct sock_filter pass = BPF_STMT(BPF_RET | BPF_K, ~0U);
    struct sock_fprog program = { 1, &pass };
    return done(setsockopt(0, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}
TRY(accept, accept(0, NULL, NULL))
TRY(sendmsg, sendmsg(0, &(struct msghdr){ 0 }, MSG_DONTWAIT))

#define ROW(identifier) { #identifier, try_##identifier }
static const struct attempt attempts[] = {
    ROW(read), ROW(list), ROW(write), ROW(append), ROW(create), ROW(temporary), ROW(openat2), ROW(handle), ROW(unlink),
    ROW(rename), ROW(link), ROW(symlink), ROW(mkdir), ROW(mknod), ROW(truncate), ROW(chmod), ROW(fchmod),
    ROW(fchmodat2), ROW(chown), ROW(setxattr), ROW(fsetxattr), ROW(utimensat), ROW(chdir), ROW(chroot), ROW(mount),
    ROW(pivot_root), ROW(unshare), ROW(setns), ROW(inotify), ROW(fanotify), ROW(memfd), ROW(fork),
    ROW(clone_namespace), ROW(clone3), ROW(exec), ROW(execveat), ROW(kill_parent), ROW(kill_all), ROW(kill_self),
    ROW(tkill), ROW(tgkill), ROW(sigqueue), ROW(tgsigqueue), ROW(pidfd_open), ROW(pidfd_getfd), ROW(pidfd_signal),
    ROW(ptrace), ROW(vm_read), ROW(vm_write), ROW(process_madvise), ROW(kcmp), ROW(scheduler), ROW(affinity),
    ROW(priority), ROW(ioprio), ROW(setsid), ROW(limit_parent), ROW(limit_size), ROW(limit_cpu), ROW(dumpable),
    ROW(tracer), ROW(death_signal), ROW(capability), ROW(setuid), ROW(personality), ROW(thread), ROW(abort),
    ROW(setown), ROW(setown_ex), ROW(setsig), ROW(async), ROW(lease), ROW(notify), ROW(duplicate), ROW(fioasync),
    ROW(fiosetown), ROW(tiocsti), ROW(timer), ROW(space), ROW(map_code), ROW(map_both), ROW(protect_code), ROW(shmget),
    ROW(semget), ROW(msgget), ROW(mq_open), ROW(io_uring), ROW(userfaultfd), ROW(bpf), ROW(perf), ROW(keyctl),
    ROW(add_key), ROW(request_key), ROW(later_call), ROW(inet), ROW(inet6), ROW(raw), ROW(ping), ROW(packet),
    ROW(netlink), ROW(vsock), ROW(alg), ROW(unix_stream), ROW(unix_datagram), ROW(pair_stream), ROW(pair_datagram),
    ROW(connect), ROW(reconnect), ROW(listen), ROW(bind), ROW(attach_filter), ROW(accept), ROW(sendmsg),
};

int desk_attempt(const char *name, const char *object) {
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        if (strcmp(attempts[i].name, name) == 0) {
            errno = 0;
            return attempts[i].try(object);
        }
    return -1;
}

int desk_forbid_layer(const char *layer) {
    /* The older way to install a filter, prctl, is used here and then forbidden as well. */
    int is_seccomp = strcmp(layer, "seccomp") == 0;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, is_seccomp ? SYS_seccomp : SYS_landlock_create_ruleset, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, is_seccomp ? SYS_prctl : ~0U, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof code / sizeof *code, code };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? 0 : errno;
}
