/* Landlock: the files, sockets and processes that a worker can access. See landlock(7). */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* On many systems the kernel's header is older than the kernel (Debian 12 builds with version 2), so the constants and
   structures are defined here. */
#define VERSION_FLAG 1U
#define RULE_PATH_BENEATH 1
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define NET_BIND_TCP (1ULL << 0)
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)

struct ruleset { uint64_t files, network, scopes; };
struct path_beneath { uint64_t access; int32_t parent; } __attribute__((packed));

/* The charset tables of iconv: per architecture on Debian, below the library directory elsewhere. */
static const char *const reader_paths[] = {
    "/usr/lib/x86_64-linux-gnu/gconv", "/usr/lib/aarch64-linux-gnu/gconv", "/usr/lib64/gconv", "/usr/lib/gconv", 0,
};

/* Name resolution, and the certificates of Debian, Fedora and SUSE. A directory is listed if a file in it may be
   replaced while a sender runs. */
static const char *const sender_paths[] = {
    "/etc/resolv.conf", "/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf", "/etc/hosts",
    "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/localtime", "/etc/ssl/certs",
    "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/openssl.cnf", "/etc/ca-certificates",
    "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/var/lib/ca-certificates", 0,
};

static struct ruleset handled(enum desk_worker_role role, int abi) {
    struct ruleset all = { .files = (1ULL << 13) - 1 };
    if (abi >= 2) all.files |= 1ULL << 13; /* REFER */
    if (abi >= 3) all.files |= 1ULL << 14; /* TRUNCATE */
    if (abi >= 4) all.network = role == desk_worker_sends ? NET_BIND_TCP : NET_BIND_TCP | NET_CONNECT_TCP;
    if (abi >= 5) all.files |= 1ULL << 15; /* IOCTL_DEV */
    if (abi >= 6) all.scopes = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
    return all;
}

static size_t size_of_ruleset(int abi) {
    return (abi >= 6 ? 3 : abi >= 4 ? 2 : 1) * sizeof(uint64_t);
}

/* A path that is missing or that this user cannot access needs no rule. */
static int allow_reading(int rules, const char *path) {
    int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
    struct stat found;
    int e = fstat(parent, &found) == 0 ? 0 : errno;
    if (e == 0) {
        struct path_beneath rule = {
            .access = S_ISDIR(found.st_mode) ? FS_READ_FILE | FS_READ_DIR : FS_READ_FILE, .parent = parent,
        };
        if (syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &rule, 0) != 0) e = errno;
    }
    close(parent);
    return e;
}

int desk_restrict_files(enum desk_worker_role role, const char *readable, int *abi) {
    *abi = 0;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_FLAG);
    if (version < 1) return 0; /* not built in, disabled, or blocked by a container */
    struct ruleset all = handled(role, (int)version);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, size_of_ruleset((int)version), 0);
    if (rules < 0) return errno;
    int e = readable ? allow_reading(rules, readable) : 0;
    const char *const *path = role == desk_worker_sends ? sender_paths : reader_paths;
    for (; *path && e == 0; path++) e = allow_reading(rules, *path);
    if (e == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0) e = errno;
    close(rules);
    if (e == 0) *abi = (int)version;
    return e;
}
