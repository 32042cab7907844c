// Linux functions that Swift's Glibc module does not export, because glibc declares them under _GNU_SOURCE or in
// headers that the module omits. Prototypes only: including a system header with _GNU_SOURCE here would redefine types
// of the Glibc module.
#ifndef ZURUF_CLINUX_H
#define ZURUF_CLINUX_H
#include <stdint.h>

#include "sandbox.h"

// A ready descriptor. Not struct epoll_event, which is packed on some architectures only.
typedef struct desk_event {
    uint64_t token;
    uint32_t events;
} desk_event;

// <sys/epoll.h> is not in the Glibc module.
int desk_epoll_create(void);
// <sys/epoll.h> is not in the Glibc module. operation: 1 add, 2 delete, 3 modify, as in the header.
int desk_epoll_ctl(int epoll, int operation, int descriptor, uint32_t events, uint64_t token);
// <sys/epoll.h> is not in the Glibc module. Fills at most 256 events.
int desk_epoll_wait(int epoll, desk_event *events, int capacity, int milliseconds);
// <sys/eventfd.h> is not in the Glibc module.
int desk_eventfd(void);
// <sys/signalfd.h> is not in the Glibc module. mask points to a sigset_t.
int desk_open_signalfd(const void *mask);
// accept4 is declared under _GNU_SOURCE. address and length as in accept(2).
int desk_accept(int listener, void *address, unsigned int *length);
// pipe2 is declared under _GNU_SOURCE. Both ends are close-on-exec.
int desk_pipe(int ends[2]);
// struct ucred is declared under _GNU_SOURCE.
int desk_peer_credentials(int descriptor, uint32_t *uid, int32_t *pid);
// A pidfd of the process at the other end of a Unix socket, which never refers to another process; pid is its ID from
// desk_peer_credentials. -1 with errno: ESRCH if it has exited, ENOSYS before Linux 5.3.
int desk_peer_pidfd(int descriptor, int32_t pid);
// Whether a process cannot write to files (its hard RLIMIT_FSIZE is 0), as desk_limit_resources sets it for a worker
// and its children. 0 also for a process of another user, whose limits cannot be read.
int desk_may_write_no_file(int32_t pid);
// posix_spawn_file_actions_addclosefrom_np is declared under __USE_MISC, which the Glibc module does not define.
// actions points to a posix_spawn_file_actions_t.
int desk_spawn_close_from(void *actions, int first);
// pthread_setname_np is declared under _GNU_SOURCE. Names the calling thread; at most 15 bytes.
void desk_name_thread(const char *name);
// Opens /dev/null for each closed one of the descriptors 0, 1 and 2. In C, so that programs that link no Swift target
// can use it, too.
void desk_open_standard_descriptors(void);
// Lets freed blocks of a megabyte and more go back to the system at once. By itself glibc raises that size up to 32 MiB
// when such a block is freed, and keeps twice as much (mallopt(3), "dynamic mmap threshold").
void desk_return_large_blocks(void);
#endif
