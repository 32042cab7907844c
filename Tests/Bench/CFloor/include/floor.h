// The bare floor beside each figure: the same bytes through plain OpenSSL and SQLite calls, and nothing else.
#ifndef ZURUF_FLOOR_H
#define ZURUF_FLOOR_H

// Serves for ever on 127.0.0.1, one thread, one epoll. Prints "port N" to standard output once it listens.
//
// A line "claim…" is one of a batch: all that are readable in one round share one INSERT and one COMMIT
// (synchronous=FULL) of `event` bytes each, then each connection gets `reply` bytes. A line "pub N" sends N lines of
// `line` bytes to every connection that has said "sub". Any other line gets `reply` bytes.
// Returns only on an error, with a non-zero value.
int floor_serve(const char *certificate, const char *key, const char *database, int event, int reply, int line);
#endif
