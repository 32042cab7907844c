#ifndef ZURUF_PROBE_H
#define ZURUF_PROBE_H

// Tries one thing that a worker may or may not do; `object` is a path, or what the attempt names in its table. Gives 0
// if it was done, the errno if it was refused, -1 if there is no attempt of that name.
int desk_attempt(const char *name, const char *object);

// Makes system calls of the sandbox unknown to this process, as an older kernel or a container does; layer is
// "seccomp" or "landlock". Gives 0 or an errno.
int desk_forbid_layer(const char *layer);
#endif
