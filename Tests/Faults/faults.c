// Lets the storage calls of a program fail, as the file says that ZURUF_FAULTS names; for tests only.
//
// The file holds one line, or none, and may change at any time:
//
//     journal.db full       writes to files whose name begins so say ENOSPC
//     journal.db write      they say EIO
//     journal.db sync       syncs of them say EIO, after having happened: the kernel has the bytes, nobody can know
//     desk.db read          reads say EIO
//     journal.db write 1    a number after full, write, sync or read: so many calls fail, then they work again
//     journal.db kill 17    the 17th write or sync from now on is done by half, and the process dies of SIGKILL
//     * kill 17             the same of all files, where each new name, new folder and deletion is one more call
//
// Each call whose fault is met looks at the file anew, so that a test need not wait for anything.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

typedef ssize_t (*write_call)(int, const void *, size_t, off_t);
typedef ssize_t (*read_call)(int, void *, size_t, off_t);
typedef int (*sync_call)(int);

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

// The fault in force for a file, by its path; 0: none. `left` is its number; 0: it has none.
static int fault_of(const char *target, char *kind, size_t size, long *left) {
    const char *path = getenv("ZURUF_FAULTS");
    if (!path) return 0;
    int plan = open(path, O_RDONLY | O_CLOEXEC);
    if (plan < 0) return 0;
    char line[128] = "", name[64], word[16] = "";
    ssize_t length = read(plan, line, sizeof line - 1);
    close(plan);
    if (length <= 0) return 0;
    *left = 0;
    if (sscanf(line, "%63s %15s %ld", name, word, left) < 2) return 0;
    const char *file = strrchr(target, '/');
    if (!file || (strcmp(name, "*") != 0 && strncmp(file + 1, name, strlen(name)) != 0)) return 0;
    snprintf(kind, size, "%s", word);
    return 1;
}

// The same for a descriptor. Pipes and sockets have no path; a log on standard error is not the desk's.
static int fault(int descriptor, char *kind, size_t size, long *left) {
    char link[64], target[1024] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    if (descriptor <= 2 || readlink(link, target, sizeof target - 1) <= 0 || target[0] != '/') return 0;
    return strncmp(target, "/dev/", 5) == 0 ? 0 : fault_of(target, kind, size, left);
}

// Whether this call is the one to die in; counts those before it.
static int dies(const char *kind, long left) {
    static long seen;
    return strcmp(kind, "kill") == 0 && __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) >= left;
}

// Whether this call still fails; counts those that do.
static int fails(const char *kind, const char *wanted, long left) {
    static long failed;
    if (strcmp(kind, wanted) != 0) return 0;
    return left == 0 || __atomic_add_fetch(&failed, 1, __ATOMIC_SEQ_CST) <= left;
}

// Dies where a name is about to be made or to go.
static void die_at(const char *path) {
    char kind[16];
    long left;
    if (fault_of(path, kind, sizeof kind, &left) && dies(kind, left)) kill(getpid(), SIGKILL);
}

static ssize_t failing_write(write_call real, int descriptor, const void *bytes, size_t count, off_t offset) {
    char kind[16];
    long left;
    if (fault(descriptor, kind, sizeof kind, &left)) {
        if (fails(kind, "full", left)) return errno = ENOSPC, -1;
        if (fails(kind, "write", left)) return errno = EIO, -1;
        if (dies(kind, left)) {
            real(descriptor, bytes, count / 2, offset);
            kill(getpid(), SIGKILL);
        }
    }
    return real(descriptor, bytes, count, offset);
}

static ssize_t failing_read(read_call real, int descriptor, void *bytes, size_t count, off_t offset) {
    char kind[16];
    long left;
    if (fault(descriptor, kind, sizeof kind, &left) && fails(kind, "read", left)) return errno = EIO, -1;
    return real(descriptor, bytes, count, offset);
}

static int failing_sync(sync_call real, int descriptor) {
    char kind[16];
    long left;
    if (fault(descriptor, kind, sizeof kind, &left)) {
        if (dies(kind, left)) kill(getpid(), SIGKILL);
        if (fails(kind, "sync", left)) return real(descriptor), errno = EIO, -1;
    }
    return real(descriptor);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return failing_write((write_call)next("pwrite"), descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return failing_write((write_call)next("pwrite64"), descriptor, bytes, count, offset);
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
    return failing_read((read_call)next("pread"), descriptor, bytes, count, offset);
}

ssize_t pread64(int descriptor, void *bytes, size_t count, off_t offset) {
    return failing_read((read_call)next("pread64"), descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) { return failing_sync((sync_call)next("fdatasync"), descriptor); }

int fsync(int descriptor) { return failing_sync((sync_call)next("fsync"), descriptor); }

ssize_t write(int descriptor, const void *bytes, size_t count) {
    typedef ssize_t (*call)(int, const void *, size_t);
    call real = (call)next("write");
    char kind[16];
    long left;
    if (fault(descriptor, kind, sizeof kind, &left) && dies(kind, left)) {
        real(descriptor, bytes, count / 2);
        kill(getpid(), SIGKILL);
    }
    return real(descriptor, bytes, count);
}

int rename(const char *path, const char *name) {
    die_at(path);
    return ((int (*)(const char *, const char *))next("rename"))(path, name);
}

int unlink(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0) die_at(path);
    return ((int (*)(const char *))next("unlink"))(path);
}

int mkdir(const char *path, mode_t mode) {
    die_at(path);
    return ((int (*)(const char *, mode_t))next("mkdir"))(path, mode);
}
