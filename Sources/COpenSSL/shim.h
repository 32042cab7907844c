// What Swift does not see of OpenSSL 3: macros and bit constants.
#ifndef ZURUF_OPENSSL_H
#define ZURUF_OPENSSL_H
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif
