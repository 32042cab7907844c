#ifndef ZURUF_SANDBOX_H
#define ZURUF_SANDBOX_H

/* The sandbox of a mail worker. Every function returns 0 or an errno; a layer that this kernel or container does not
   support is not an error, but is reported through the last argument. Call them in this order, before starting
   threads. */

/* The task of a worker, which determines what it needs. */
enum desk_worker_role { desk_worker_reads = 0, desk_worker_sends = 1 };

/* Closes every descriptor except 0, 1 and 2. The Glibc module does not export close_range(2). */
int desk_close_descriptors(void);

/* Limits the address space (bytes) and the number of descriptors; disables core files and writing to files. */
int desk_limit_resources(unsigned long long address_space);

/* Sets the limit of CPU time to that used so far plus the given number of seconds; beyond it, SIGXCPU. */
int desk_grant_cpu(unsigned seconds);

/* Prevents other processes of this user from reading the memory and descriptors of this process, through /proc,
   ptrace(2) or a core file (PR_SET_DUMPABLE, prctl(2)). Reset by execve(2). For any process that holds secrets. */
int desk_hide_memory(void);

/* Drops all capabilities, and prevents execve(2) from granting any. */
int desk_drop_privileges(void);

/* Restricts files, TCP, signals and abstract Unix sockets with Landlock, as far as the kernel supports it. A reader can
   read glibc's charset tables; a sender can read the files of name resolution and the system's certificates, and
   connect. `readable` is another file that can be read, or null. *abi is the kernel's Landlock version, 0 for none. */
int desk_restrict_files(enum desk_worker_role role, const char *readable, int *abi);

/* Installs the allow list of system calls. *installed: 1, or 0 without support by the kernel or container. */
int desk_restrict_calls(enum desk_worker_role role, int *installed);
#endif
