#ifndef ZURUF_EDIT_H
#define ZURUF_EDIT_H

#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* glibc declares it only under _XOPEN_SOURCE, which must not be set together with `import Glibc`. */
extern int wcwidth(wchar_t);

typedef int (*desk_getc)(EditLine *, wchar_t *);

/* stdin and stderr are mutable globals, and MB_CUR_MAX is a macro. libedit decodes input in the locale that is set
 * before el_init_fd; a single-byte locale would break UTF-8. Its own output goes to `drawing`. */
static inline EditLine *desk_el_init(const char *name, FILE *drawing)
{
    setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
    return el_init_fd(name, stdin, drawing, stderr, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
}

/* el_set and el_get are variadic: one function for each kind of argument. */
static inline void desk_el_owner(EditLine *e, void *owner) { el_set(e, EL_CLIENTDATA, owner); }
static inline void *desk_el_owned(EditLine *e)
{
    void *owner = NULL;
    return el_get(e, EL_CLIENTDATA, &owner) == 0 ? owner : NULL;
}
static inline void desk_el_text(EditLine *e, int option, const char *text) { el_set(e, option, text); }
static inline void desk_el_number(EditLine *e, int option, int number) { el_set(e, option, number); }
static inline void desk_el_getc(EditLine *e, desk_getc next) { el_set(e, EL_GETCFN, next); }
static inline void desk_el_bind(EditLine *e, const char *key, const char *function)
{
    el_set(e, EL_BIND, key, function, NULL);
}
static inline void desk_el_history(EditLine *e, History *h) { el_set(e, EL_HIST, history, h); }

/* history is variadic. */
static inline void desk_history_number(History *h, int option, int number)
{
    HistEvent event;
    history(h, &event, option, number);
}
static inline int desk_history_text(History *h, int option, const char *text)
{
    HistEvent event;
    return history(h, &event, option, text);
}

/* ioctl is variadic. */
static inline int desk_columns(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* The signalfd header is not part of Swift's Glibc module. */
static inline int desk_terminal_signals(const sigset_t *set) { return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK); }
static inline int desk_terminal_signals_next(int descriptor)
{
    struct signalfd_siginfo next;
    return read(descriptor, &next, sizeof next) == sizeof next ? (int)next.ssi_signo : 0;
}

#endif
