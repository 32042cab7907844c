#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(EPOLL_CTL_ADD == 1 && EPOLL_CTL_DEL == 2 && EPOLL_CTL_MOD == 3, "the values documented in the header");

int desk_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int desk_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = { .events = events, .data.u64 = token };
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int desk_epoll_wait(int epoll, desk_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[256];
    int count = epoll_wait(epoll, ready, capacity < 256 ? capacity : 256, milliseconds);
    for (int i = 0; i < count; i++) {
        events[i].token = ready[i].data.u64;
        events[i].events = ready[i].events;
    }
    return count;
}

int desk_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int desk_open_signalfd(const void *mask) { return signalfd(-1, mask, SFD_CLOEXEC | SFD_NONBLOCK); }

int desk_accept(int listener, void *address, unsigned int *length) {
    return accept4(listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int desk_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int desk_peer_credentials(int descriptor, uint32_t *uid, int32_t *pid) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
    *uid = credentials.uid;
    *pid = credentials.pid;
    return 0;
}

int desk_peer_pidfd(int descriptor, int32_t pid) {
#ifndef SO_PEERPIDFD /* Linux 6.5 */
#define SO_PEERPIDFD 77
#endif
    int handle = -1;
    socklen_t length = sizeof handle;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERPIDFD, &handle, &length) == 0) return handle;
    if (errno != ENOPROTOOPT) return -1;
    return (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
}

int desk_may_write_no_file(int32_t pid) {
    struct rlimit found;
    return prlimit(pid, RLIMIT_FSIZE, NULL, &found) == 0 && found.rlim_max == 0;
}

int desk_spawn_close_from(void *actions, int first) { return posix_spawn_file_actions_addclosefrom_np(actions, first); }

void desk_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void desk_open_standard_descriptors(void) {
    // open(2) returns the lowest free number; all lower numbers are open at this point.
    for (int number = 0; number < 3; number++) {
        if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) != number) return;
    }
}

void desk_return_large_blocks(void) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
}
