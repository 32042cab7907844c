#ifndef ZURUF_CURL_H
#define ZURUF_CURL_H
#include <curl/curl.h>

/* curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function per argument type. */
static inline CURLcode desk_curl_long(CURL *c, CURLoption o, long v) { return curl_easy_setopt(c, o, v); }
static inline CURLcode desk_curl_text(CURL *c, CURLoption o, const char *v) { return curl_easy_setopt(c, o, v); }
static inline CURLcode desk_curl_list(CURL *c, CURLoption o, struct curl_slist *v) {
    return curl_easy_setopt(c, o, v);
}
static inline void desk_curl_trouble(CURL *c, char *v) { curl_easy_setopt(c, CURLOPT_ERRORBUFFER, v); }
typedef size_t (*desk_curl_io)(char *, size_t, size_t, void *);
static inline void desk_curl_reader(CURL *c, desk_curl_io f, void *p) {
    curl_easy_setopt(c, CURLOPT_READDATA, p);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, f);
}
static inline void desk_curl_header(CURL *c, desk_curl_io f, void *p) {
    curl_easy_setopt(c, CURLOPT_HEADERDATA, p);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, f);
}
static inline long desk_curl_response(CURL *c) {
    long v = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &v);
    return v;
}
static inline long desk_curl_connects(CURL *c) {
    long v = 0;
    curl_easy_getinfo(c, CURLINFO_NUM_CONNECTS, &v);
    return v;
}
/* CURL_GLOBAL_DEFAULT is a macro of macros. */
static inline CURLcode desk_curl_global(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
#endif
