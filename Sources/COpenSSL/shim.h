// The parts of OpenSSL 3 that Swift does not import: function-like macros and the SSL_OP_* constants.
#ifndef ZURUF_OPENSSL_H
#define ZURUF_OPENSSL_H
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// SSL_CTX_set_min_proto_version is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_set_min_version(SSL_CTX *c, int version) {
    return SSL_CTX_set_min_proto_version(c, version);
}
// SSL_CTX_set_mode is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_set_mode(SSL_CTX *c, long mode) { return SSL_CTX_set_mode(c, mode); }
// SSL_CTX_set_session_cache_mode is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_disable_session_cache(SSL_CTX *c) {
    return SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
}
// SSL_CTX_set_read_ahead is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_set_read_ahead(SSL_CTX *c) { return SSL_CTX_set_read_ahead(c, 1); }
// SSL_CTX_set1_groups_list is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_set_groups(SSL_CTX *c, const char *groups) {
    return SSL_CTX_set1_groups_list(c, groups);
}
// SSL_CTX_add1_chain_cert is a macro over SSL_CTX_ctrl.
static inline long desk_ctx_add_chain(SSL_CTX *c, X509 *certificate) { return SSL_CTX_add1_chain_cert(c, certificate); }
// ERR_GET_LIB and ERR_GET_REASON are macros. 1 if the newest error means that a PEM text has no further object.
static inline int desk_is_end_of_pem(void) {
    unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}
// ERR_SYSTEM_ERROR is a macro. The errno of an error code; 0 if it is an error of OpenSSL itself.
static inline int desk_error_number(unsigned long code) {
    return ERR_SYSTEM_ERROR(code) ? ERR_GET_REASON(code) : 0;
}
// SSL_set_tlsext_host_name is a macro over SSL_ctrl.
static inline long desk_set_server_name(SSL *s, const char *name) { return SSL_set_tlsext_host_name(s, name); }
// SSL_OP_* are SSL_OP_BIT(n) macros, which the importer does not evaluate.
static inline uint64_t desk_server_options(void) {
    return SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF
        | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA;
}
// SSL_OP_* are SSL_OP_BIT(n) macros, which the importer does not evaluate.
static inline uint64_t desk_client_options(void) {
    return SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF;
}
// ERR_GET_LIB and ERR_GET_REASON are macros. 1 for what libssl says of an answer that is no TLS.
static inline int desk_is_wrong_version(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER;
}
#endif
