/* Plain functions over the Linux socket calls whose types need _GNU_SOURCE.
 *
 * Every function that can fail returns the negated errno (or -1 in a pointer's place, as its comment says);
 * none of them keeps state outside the objects that it was given. */
#ifndef CSOCKET_H
#define CSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address and a port: 16 bytes as two big-endian halves, an IPv4 address in the low 32 bits of `low`.
 * `scope` is the interface index of a link-local IPv6 address, 0 elsewhere. */
typedef struct {
    uint64_t high, low;
    uint32_t scope;
    uint16_t port;
    bool is_ipv4;
} csocket_endpoint;

/* --- addresses (address.c) --- */

/* Reads HOST: numeric, or a name through the resolver, where an IPv4 address goes before an IPv6 one.
 * Returns 0, or a code for csocket_resolve_error. */
int csocket_resolve(const char *host, csocket_endpoint *result);
const char *csocket_resolve_error(int code);
/* Reads a struct sockaddr of either internet family; anything else gives all zero. */
void csocket_read_sockaddr(const void *address, size_t length, csocket_endpoint *endpoint);
/* Writes the address without its port as text ("127.0.0.1", "::1"); `capacity` of 64 is always enough. */
int csocket_write_address(const csocket_endpoint *endpoint, char *text, size_t capacity);
/* The addresses of this host's interfaces that are up, `capacity` at most; returns how many. */
int csocket_host_addresses(csocket_endpoint *addresses, int capacity);
/* The address that packets to `peer` leave from, by the routing table alone: nothing is sent. */
int csocket_source_address(const csocket_endpoint *peer, csocket_endpoint *source);

/* The system's words for an errno, NULL for an unknown one; a constant, so safe on every thread. */
const char *csocket_error_text(int error);

/* --- sockets (socket.c) --- */

typedef struct {
    int receive_bytes; /* wanted SO_RCVBUF; 0 leaves the system's */
    int send_bytes;    /* wanted SO_SNDBUF; 0 leaves the system's */
    bool share_port;   /* SO_REUSEPORT before bind: joins a port whose holder allows it */
} csocket_udp_options;

/* Opens and binds a non-blocking UDP socket (IPv6 ones never take IPv4 traffic); returns the descriptor.
 * On a wildcard address each datagram tells its local address. */
int csocket_open_udp(const csocket_endpoint *local, const csocket_udp_options *options);
/* Lets later sockets with `share_port` join this one's port. */
int csocket_allow_port_sharing(int fd);

typedef struct {
    int probe_after;    /* TCP_KEEPIDLE: seconds of silence before the first probe; 0 sends none */
    int probe_interval; /* TCP_KEEPINTVL: seconds between two probes */
    int probes;         /* TCP_KEEPCNT: unanswered probes that end the connection */
    unsigned unacknowledged_ms; /* TCP_USER_TIMEOUT: data unacknowledged for so long ends it; 0: the system's */
} csocket_tcp_options;

/* Opens, binds and listens on a TCP socket (IPv6 ones never take IPv4 traffic); returns the descriptor. The
 * accepted sockets inherit the options. */
int csocket_open_tcp(const csocket_endpoint *local, int backlog, const csocket_tcp_options *options);
/* Changes how many connections a listening socket keeps until they are accepted; 0 or a negative errno. */
int csocket_set_backlog(int fd, int backlog);
/* The address that a socket is bound to. */
int csocket_local_endpoint(int fd, csocket_endpoint *local);
void csocket_close(int fd);

/* --- Unix sockets (local.c) --- */

/* The longest path of a Unix socket, in bytes. */
int csocket_longest_path(void);
/* Opens, binds and listens on a Unix stream socket; returns the descriptor. The file has the mode from its first
 * moment; with `group` >= 0 it is given to that group first and is only then opened to it. A socket that is there
 * already is removed, anything else is -EEXIST: whoever calls has made sure that nobody else listens there.
 * -ENAMETOOLONG for a path beyond csocket_longest_path. */
int csocket_listen_local(const char *path, unsigned mode, int64_t group, int backlog);
/* Connects; returns a non-blocking descriptor. A listener whose backlog is full is -EAGAIN. */
int csocket_connect_local(const char *path);
/* Removes the path if it is still the file with this device and inode. */
void csocket_remove_local(const char *path, uint64_t device, uint64_t inode);
/* Device and inode of a path; 0 or a negative errno. */
int csocket_file_identity(const char *path, uint64_t *device, uint64_t *inode);

/* Who is at the other end of a Unix socket, as the kernel noted when it connected. */
typedef struct {
    int32_t process;
    uint32_t user, group;
} csocket_peer;
int csocket_read_peer(int fd, csocket_peer *peer);
/* The peer's supplementary groups at that time: how many there are, of which up to `capacity` are written. */
int csocket_read_peer_groups(int fd, uint32_t *groups, int capacity);

/* --- waiting (poller.c) --- */

/* An event counter that other threads raise to wake a loop; returns the descriptor. */
int csocket_open_wake(void);
void csocket_raise_wake(int wake_fd);
/* Watches up to 63 sockets and the wake descriptor for input; returns the descriptor. */
int csocket_open_poller(const int *fds, int count, int wake_fd);
/* Waits at most `milliseconds` (negative: for ever). Bit i of `ready` says that fds[i] has input; bit 63
 * that the wake descriptor was raised, which is then lowered. Returns 0, also when nothing happened. */
int csocket_wait(int poller, int wake_fd, int milliseconds, uint64_t *ready);

/* --- batches of datagrams (batch.c) --- */

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    bool truncated; /* the datagram was longer than a slot */
    csocket_endpoint source;
    csocket_endpoint local; /* set on wildcard sockets only, without port */
} csocket_received;

typedef struct {
    uint32_t offset, length; /* where the datagram lies in the arena given to csocket_batch_send */
    csocket_endpoint destination;
    csocket_endpoint local; /* the address to send from, when from_local */
    bool from_local;
} csocket_outgoing;

typedef struct {
    csocket_received *received;
    csocket_outgoing *outgoing;
    uint32_t slots;
    uint32_t socket_drops; /* the last count the kernel told of datagrams lost before this socket */
    struct csocket_headers *headers;
} csocket_batch;

/* NULL when there is no memory. */
csocket_batch *csocket_batch_create(uint32_t slots, uint32_t slot_bytes);
void csocket_batch_free(csocket_batch *batch);
/* Fills `received` with what waits, never blocks; returns how many (0: nothing). */
int csocket_batch_receive(csocket_batch *batch, int fd);
/* Sends outgoing[first ..< count] from `arena`; returns how many the kernel took (at least 1), or the error
 * of the first. */
int csocket_batch_send(csocket_batch *batch, int fd, const uint8_t *arena, uint32_t first, uint32_t count);

/* --- clocks and threads (thread.c) --- */

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
void csocket_read_clocks(int64_t *monotonic, int64_t *realtime);
/* Threads inherit the mask of the one that starts them: between these two calls they are born deaf to signals
 * from outside, which so stay with the main thread. A thread's own faults (SIGSEGV …) are never blocked. */
typedef struct {
    uint64_t words[16];
} csocket_signal_mask;
void csocket_block_signals(csocket_signal_mask *before);
void csocket_restore_signals(const csocket_signal_mask *before);
/* Starts a named thread that is deaf to signals in that way. */
int csocket_start_thread(void (*body)(void *), void *context, const char *name, uint64_t *thread);
int csocket_join_thread(uint64_t thread);


#endif
