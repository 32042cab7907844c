#define _GNU_SOURCE
#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer {
    SSL *ssl;
    int socket, ready, subscribed, claims;
    struct peer *next;
};

static char scratch[1 << 16], pattern[1 << 14], answer[1 << 10];

static SSL_CTX *context(const char *certificate, const char *key) {
    SSL_CTX *made = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_mode(made, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made, 0);
    if (SSL_CTX_use_certificate_chain_file(made, certificate) != 1) return NULL;
    if (SSL_CTX_use_PrivateKey_file(made, key, SSL_FILETYPE_PEM) != 1) return NULL;
    return made;
}

static int listener(void) {
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    if (bind(socket_, (struct sockaddr *)&address, length) < 0 || listen(socket_, 4096) < 0) return -1;
    getsockname(socket_, (struct sockaddr *)&address, &length);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return socket_;
}

static sqlite3_stmt *insert;
static sqlite3 *database;

static int open_database(const char *path) {
    if (sqlite3_open(path, &database) != SQLITE_OK) return 1;
    sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE turn(body BLOB)", 0, 0, 0);
    return sqlite3_prepare_v2(database, "INSERT INTO turn VALUES(?)", -1, &insert, 0) != SQLITE_OK;
}

static void commit(int bytes) {
    static char body[1 << 20];
    sqlite3_exec(database, "BEGIN IMMEDIATE", 0, 0, 0);
    sqlite3_bind_blob(insert, 1, body, bytes < (int)sizeof body ? bytes : (int)sizeof body, SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
    sqlite3_exec(database, "COMMIT", 0, 0, 0);
}

// Writes blocking in spirit: the load generator reads, so a full socket is waited for.
static void write_all(struct peer *peer, const char *bytes, int count) {
    while (count > 0) {
        int moved = SSL_write(peer->ssl, bytes, count < 16384 ? count : 16384);
        if (moved > 0) { bytes += moved; count -= moved; continue; }
        if (SSL_get_error(peer->ssl, moved) != SSL_ERROR_WANT_WRITE) return;
        struct epoll_event event = { .events = EPOLLOUT };
        int one = epoll_create1(0);
        epoll_ctl(one, EPOLL_CTL_ADD, peer->socket, &event);
        epoll_wait(one, &event, 1, 1000);
        close(one);
    }
}

int floor_serve(const char *certificate, const char *key, const char *path, int event, int reply, int line) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *tls = context(certificate, key);
    if (!tls || open_database(path)) return 1;
    memset(pattern, 'x', sizeof pattern);
    for (int end = line - 1; end < (int)sizeof pattern; end += line) pattern[end] = '\n';
    memset(answer, 'y', sizeof answer);
    answer[reply - 1] = '\n';
    int door = listener(), poll = epoll_create1(EPOLL_CLOEXEC);
    if (door < 0) return 2;
    struct epoll_event add = { .events = EPOLLIN, .data.ptr = NULL }, ready[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &add);
    struct peer *all = NULL;
    for (;;) {
        int count = epoll_wait(poll, ready, 256, -1), claims = 0;
        struct peer *askers[256];
        int asking = 0, publish = 0;
        for (int i = 0; i < count; i++) {
            struct peer *peer = ready[i].data.ptr;
            if (!peer) {
                for (int taken = 0; taken < 8; taken++) {
                    int one = 1, socket_ = accept4(door, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
                    if (socket_ < 0) break;
                    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    peer = calloc(1, sizeof *peer);
                    peer->ssl = SSL_new(tls);
                    peer->socket = socket_;
                    SSL_set_fd(peer->ssl, socket_);
                    SSL_set_accept_state(peer->ssl);
                    peer->next = all;
                    all = peer;
                    struct epoll_event watch = { .events = EPOLLIN, .data.ptr = peer };
                    epoll_ctl(poll, EPOLL_CTL_ADD, socket_, &watch);
                }
                continue;
            }
            if (!peer->ready) {
                if (SSL_do_handshake(peer->ssl) == 1) peer->ready = 1; else continue;
            }
            int got = SSL_read(peer->ssl, scratch, sizeof scratch - 1);
            if (got <= 0) {
                if (SSL_get_error(peer->ssl, got) != SSL_ERROR_WANT_READ) {
                    epoll_ctl(poll, EPOLL_CTL_DEL, peer->socket, NULL);
                    close(peer->socket);
                    peer->subscribed = 0;
                    SSL_free(peer->ssl);
                    peer->ssl = NULL;
                }
                continue;
            }
            scratch[got] = 0;
            if (strncmp(scratch, "sub", 3) == 0) peer->subscribed = 1;
            if (strncmp(scratch, "pub", 3) == 0) publish = atoi(scratch + 3);
            if (strncmp(scratch, "claim", 5) == 0) claims++;
            askers[asking++] = peer;
        }
        // What is published is durable first, as an event is.
        if (claims + publish) commit((claims + publish) * event);
        for (int i = 0; i < asking; i++) write_all(askers[i], answer, reply);
        if (!publish) continue;
        int fit = (int)sizeof pattern / line;
        for (struct peer *peer = all; peer; peer = peer->next) {
            if (!peer->subscribed) continue;
            for (int left = publish; left > 0; left -= fit) write_all(peer, pattern, (left < fit ? left : fit) * line);
        }
    }
}
