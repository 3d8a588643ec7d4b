#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"

static int set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

/* The FORCE variant passes the system's maximum and needs CAP_NET_ADMIN; without it the kernel gives what it
 * may, which is no error. */
static void set_buffer(int fd, int force, int name, int bytes) {
    if (bytes > 0 && set_option(fd, SOL_SOCKET, force, bytes) != 0) {
        (void)set_option(fd, SOL_SOCKET, name, bytes);
    }
}

static int prepare(int fd, const csocket_endpoint *local, const csocket_udp_options *options) {
    int error = 0;
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options->receive_bytes);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options->send_bytes);
    if (options->share_port) error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (!error) error = set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (!error && !local->is_ipv4) error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (!error && csocket_is_wildcard(local)) {
        error = local->is_ipv4 ? set_option(fd, IPPROTO_IP, IP_PKTINFO, 1)
                               : set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
    return error;
}

int csocket_open_udp(const csocket_endpoint *local, const csocket_udp_options *options) {
    int fd = socket(local->is_ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int error = prepare(fd, local, options);
    struct sockaddr_storage address;
    socklen_t length = csocket_to_sockaddr(local, &address);
    if (!error && bind(fd, (const struct sockaddr *)&address, length) != 0) error = -errno;
    if (!error) return fd;
    close(fd);
    return error;
}

static int prepare_tcp(int fd, const csocket_tcp_options *options) {
    int error = 0;
    if (options->probe_after > 0) {
        error = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
        if (!error) error = set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, options->probe_after);
        if (!error) error = set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, options->probe_interval);
        if (!error) error = set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, options->probes);
    }
    if (!error && options->unacknowledged_ms > 0) {
        error = set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)options->unacknowledged_ms);
    }
    return error;
}

int csocket_open_tcp(const csocket_endpoint *local, int backlog, const csocket_tcp_options *options) {
    int fd = socket(local->is_ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    /* A restart need not wait for the old connections' TIME_WAIT; a port with a listener stays refused. */
    int error = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (!error && !local->is_ipv4) error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (!error) error = prepare_tcp(fd, options);
    struct sockaddr_storage address;
    socklen_t length = csocket_to_sockaddr(local, &address);
    if (!error && bind(fd, (const struct sockaddr *)&address, length) != 0) error = -errno;
    if (!error && listen(fd, backlog) != 0) error = -errno;
    if (!error) return fd;
    close(fd);
    return error;
}

int csocket_set_backlog(int fd, int backlog) { return listen(fd, backlog) == 0 ? 0 : -errno; }

int csocket_allow_port_sharing(int fd) { return set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1); }

int csocket_local_endpoint(int fd, csocket_endpoint *local) {
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -errno;
    csocket_from_sockaddr(&address, local);
    return 0;
}

void csocket_close(int fd) { (void)close(fd); }
