#ifndef ZURUF_CURL_H
#define ZURUF_CURL_H
#include <curl/curl.h>
#endif
