/* The layers of a worker's sandbox that every kernel supports: descriptors, limits, capabilities. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <linux/capability.h>
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
    // The shadow memory of sanitizers occupies terabytes of address space. Such builds are for tests only.
    (void)address_space;
    int e = 0;
#else
    int e = limit(RLIMIT_AS, address_space);
#endif
    if (e == 0) e = limit(RLIMIT_NOFILE, 32);
    if (e == 0) e = limit(RLIMIT_CORE, 0);
    /* admin.sock also recognizes workers and their children by this limit: see desk_may_write_no_file. */
    if (e == 0) e = limit(RLIMIT_FSIZE, 0);
    return e;
}

int desk_grant_cpu(unsigned seconds) {
    struct rusage used;
    struct rlimit r;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &r) != 0) return errno;
    rlim_t until = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + seconds + 1;
    /* The hard limit is unchanged: it limits the lifetime of a worker, the soft limit a single message. */
    r.rlim_cur = r.rlim_max != RLIM_INFINITY && until > r.rlim_max ? r.rlim_max : until;
    return setrlimit(RLIMIT_CPU, &r) == 0 ? 0 : errno;
}

int desk_hide_memory(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
}

int desk_drop_privileges(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3], none[_LINUX_CAPABILITY_U32S_3] = { 0 };
    if (syscall(SYS_capget, &header, held) != 0) return errno;
    /* Unprivileged users have none, and the systemd unit blocks capset(2). */
    __u32 all = 0;
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) all |= held[i].permitted | held[i].inheritable;
    return all == 0 || syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}
