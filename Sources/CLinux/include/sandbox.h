#ifndef ZURUF_SANDBOX_H
#define ZURUF_SANDBOX_H

/* The sandbox of a mail worker. Every function returns 0, or the errno of what failed; a layer that this kernel or
   container does not offer is no failure, but is reported through the last argument. To be called by the only thread,
   in this order. */

/* What a worker does, and so what it needs. */
enum desk_worker_role { desk_worker_reads = 0, desk_worker_sends = 1 };

/* Closes every descriptor but stdin, stdout and stderr. Swift does not see close_range. */
int desk_close_descriptors(void);

/* Bounds address space (bytes) and descriptors; forbids core files and files that grow. */
int desk_limit_resources(unsigned long long address_space);

/* Lets the process use the given number of seconds more of CPU time; beyond them it dies of SIGXCPU. */
int desk_grant_cpu(unsigned seconds);

/* Makes the memory and descriptors of this process unreadable for other processes of its user, through /proc, ptrace
   or a core file (PR_SET_DUMPABLE, prctl(2)). Lost at execve. For any process that keeps secrets. */
int desk_hide_memory(void);

/* Gives up all capabilities, and forbids that execve grants any. */
int desk_drop_privileges(void);

/* Restricts files, TCP, signals and abstract Unix sockets with Landlock, as far as the kernel knows it. A reader may
   read glibc's charset tables; a sender the files of name resolution and the system's certificates, and connect.
   `readable` is one more file that may be read, or null. *abi is the kernel's Landlock version, 0 for none. */
int desk_restrict_files(enum desk_worker_role role, const char *readable, int *abi);

/* Installs the allow list of system calls. *installed: 1, or 0 where the kernel or the container offers no seccomp. */
int desk_restrict_calls(enum desk_worker_role role, int *installed);
#endif
