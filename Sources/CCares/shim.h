// What regtop uses of c-ares, behind functions that Swift can call: a channel that asks DNS without waiting, the
// sockets that it wants watched, and the file of hosts. Answers come as the bytes that the server sent; they are read
// in Swift. A channel belongs to one thread.
#ifndef REGTOP_CCARES_SHIM_H
#define REGTOP_CCARES_SHIM_H

#include <ares.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

typedef struct ares_channeldata *ccares_channel;

enum { ccares_type_a = 1, ccares_type_cname = 5, ccares_type_soa = 6, ccares_type_aaaa = 28, ccares_type_srv = 33,
       ccares_type_naptr = 35 };

// How a question ended, in the few kinds that matter. With found and absent there are bytes to read.
enum { ccares_found, ccares_absent, ccares_failed };

// Called once for each question; `bytes` are gone afterwards.
typedef void (*ccares_answer)(void *context, int ending, const uint8_t *bytes, int count);

// Opens a channel that asks each server up to `tries` times, with `milliseconds` of patience the first time. `servers`
// is a list of address:port with commas, NULL for those of the system. NULL when there is no memory or no random seed.
static inline ccares_channel ccares_open(const char *servers, int milliseconds, int tries) {
    struct ares_options options;
    ccares_channel channel = NULL;
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) return NULL;
    memset(&options, 0, sizeof options);
    // With EDNS an answer of many records fits into a datagram; else it comes over TCP.
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
    options.timeout = milliseconds;
    options.tries = tries;
    if (ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)
        != ARES_SUCCESS) {
        ares_library_cleanup();
        return NULL;
    }
    if (servers != NULL && ares_set_servers_ports_csv(channel, servers) != ARES_SUCCESS) {
        ares_destroy(channel);
        ares_library_cleanup();
        return NULL;
    }
    return channel;
}

// Ends all questions, whose answers then come as failed, and closes the channel.
static inline void ccares_close(ccares_channel channel) {
    ares_destroy(channel);
    ares_library_cleanup();
}

typedef struct {
    ccares_answer answer;
    void *context;
} ccares_question;

static inline void ccares_finish(void *argument, int status, int timeouts, unsigned char *bytes, int count) {
    ccares_question *question = (ccares_question *)argument;
    int ending = ccares_failed;
    (void)timeouts;
    if (bytes != NULL && status == ARES_SUCCESS) ending = ccares_found;
    if (status == ARES_ENODATA || status == ARES_ENOTFOUND) ending = ccares_absent;
    question->answer(question->context, ending, bytes, bytes == NULL ? 0 : count);
    free(question);
}

// Asks for the records of this type; the name is taken as it stands. `answer` may be called before this returns.
static inline void ccares_ask(ccares_channel channel, const char *name, int type, ccares_answer answer,
                              void *context) {
    ccares_question *question = (ccares_question *)malloc(sizeof *question);
    if (question == NULL) {
        answer(context, ccares_failed, NULL, 0);
        return;
    }
    question->answer = answer;
    question->context = context;
    ares_query(channel, name, 1, type, ccares_finish, question);
}

// Writes the sockets that the channel wants watched into `polls`, of which there must be room for 16; returns how many.
static inline int ccares_sockets(ccares_channel channel, struct pollfd *polls) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM), count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        short events = 0;
        if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
        if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
        if (events == 0) continue;
        polls[count].fd = sockets[i];
        polls[count].events = events;
        polls[count].revents = 0;
        count++;
    }
    return count;
}

// Serves one socket with what poll has said of it.
static inline void ccares_serve(ccares_channel channel, const struct pollfd *poll) {
    int reads = (poll->revents & (POLLIN | POLLERR | POLLHUP)) != 0, writes = (poll->revents & POLLOUT) != 0;
    ares_process_fd(channel, reads ? poll->fd : ARES_SOCKET_BAD, writes ? poll->fd : ARES_SOCKET_BAD);
}

// Repeats and gives up what is due.
static inline void ccares_advance(ccares_channel channel) {
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

// How long to wait at most, in milliseconds, at most `limit`.
static inline int ccares_patience(ccares_channel channel, int limit) {
    struct timeval longest = {limit / 1000, (limit % 1000) * 1000}, room;
    struct timeval *wait = ares_timeout(channel, &longest, &room);
    long milliseconds = wait == NULL ? limit : wait->tv_sec * 1000L + (wait->tv_usec + 999) / 1000;
    return milliseconds < 0 ? 0 : milliseconds > limit ? limit : (int)milliseconds;
}

// The addresses that the file of hosts has for a name, 4 or 16 bytes each; returns how many, at most `capacity`.
static inline int ccares_hosts(ccares_channel channel, const char *name, int is_ipv4, uint8_t *out, int capacity) {
    struct hostent *host = NULL;
    int count = 0, size = is_ipv4 ? 4 : 16;
    if (ares_gethostbyname_file(channel, name, is_ipv4 ? AF_INET : AF_INET6, &host) != ARES_SUCCESS) return 0;
    if (host->h_length == size)
        for (; count < capacity && host->h_addr_list[count] != NULL; count++)
            memcpy(out + count * size, host->h_addr_list[count], (size_t)size);
    ares_free_hostent(host);
    return count;
}

#endif
