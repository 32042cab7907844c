/* What the sanitizers of `make tsan` and `make asan` do in our programs; nothing in any other build. It stands here and
   not in the environment because workers, and the servers of the tests, get none. */
#include <sys/prctl.h>

#if __has_feature(thread_sanitizer)
/* A server that a test kills has told of its races all the same. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
    return "halt_on_error=1";
}
#endif

#if __has_feature(address_sanitizer)
/* Looking for leaks takes calls that a worker's box forbids. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
#endif
