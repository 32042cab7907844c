/* Options of the sanitizers of `make tsan` and `make asan`; empty in other builds. Not set through the environment,
   because workers and the servers of the tests have none. */
#include <sys/prctl.h>

#if __has_feature(thread_sanitizer)
/* Report a data race at once: a server that a test kills does not reach its exit. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
    return "halt_on_error=1";
}
#endif

#if __has_feature(address_sanitizer)
/* The leak check needs system calls that a worker's sandbox blocks. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
#endif
