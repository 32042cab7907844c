#ifndef ZURUF_SANDBOX_H
#define ZURUF_SANDBOX_H

/* The box around a mail worker. Every function returns 0, or the errno of what failed. */

/* Closes every descriptor but stdin, stdout and stderr. Swift does not see close_range. */
int desk_close_descriptors(void);

/* Bounds address space (bytes) and descriptors; forbids core files, files that grow, and new processes. */
int desk_limit_resources(unsigned long long address_space);

/* Lets the process use so many more seconds of CPU time; beyond them it dies of SIGXCPU. */
int desk_grant_cpu(unsigned seconds);

/* Forbids new privileges and, through Landlock, every file but the tables of glibc's iconv.
   *abi tells the kernel's Landlock version, 0 if it has none (then files stay as the user's rights have them). */
int desk_close_files(int *abi);

/* Installs the seccomp filter: no new program or process, no tracing, no signals to others, no file opened for
   writing; without `network` no socket either. */
int desk_filter_calls(int network);
#endif
