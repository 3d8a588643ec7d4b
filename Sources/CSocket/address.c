#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

void csocket_set_ipv6(csocket_endpoint *endpoint, const uint8_t bytes[16]) {
    uint64_t halves[2];
    memcpy(halves, bytes, 16);
    endpoint->high = be64toh(halves[0]);
    endpoint->low = be64toh(halves[1]);
    endpoint->is_ipv4 = false;
}

void csocket_get_ipv6(const csocket_endpoint *endpoint, uint8_t bytes[16]) {
    const uint64_t halves[2] = {htobe64(endpoint->high), htobe64(endpoint->low)};
    memcpy(bytes, halves, 16);
}

bool csocket_is_wildcard(const csocket_endpoint *endpoint) {
    return endpoint->high == 0 && endpoint->low == 0;
}

socklen_t csocket_to_sockaddr(const csocket_endpoint *endpoint, struct sockaddr_storage *address) {
    if (endpoint->is_ipv4) {
        struct sockaddr_in *in = (struct sockaddr_in *)address;
        *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
        in->sin_addr.s_addr = htonl((uint32_t)endpoint->low);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
    *in6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(endpoint->port), .sin6_scope_id = endpoint->scope};
    csocket_get_ipv6(endpoint, in6->sin6_addr.s6_addr);
    return sizeof *in6;
}

void csocket_from_sockaddr(const struct sockaddr_storage *address, csocket_endpoint *endpoint) {
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        *endpoint = (csocket_endpoint){
            .low = ntohl(in->sin_addr.s_addr), .port = ntohs(in->sin_port), .is_ipv4 = true};
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        csocket_set_ipv6(endpoint, in6->sin6_addr.s6_addr);
        endpoint->port = ntohs(in6->sin6_port);
        endpoint->scope = in6->sin6_scope_id;
    } else {
        *endpoint = (csocket_endpoint){0};
    }
}

void csocket_read_sockaddr(const void *address, size_t length, csocket_endpoint *endpoint) {
    struct sockaddr_storage storage = {0};
    memcpy(&storage, address, length < sizeof storage ? length : sizeof storage);
    csocket_from_sockaddr(&storage, endpoint);
}

int csocket_resolve(const char *host, csocket_endpoint *result) {
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) return code;
    const struct addrinfo *chosen = NULL;
    for (const struct addrinfo *item = list; item; item = item->ai_next) {
        if (item->ai_family == AF_INET) {
            chosen = item;
            break;
        }
        if (item->ai_family == AF_INET6 && !chosen) chosen = item;
    }
    if (chosen) csocket_from_sockaddr((const struct sockaddr_storage *)chosen->ai_addr, result);
    freeaddrinfo(list);
    return chosen ? 0 : EAI_NONAME;
}

const char *csocket_resolve_error(int code) { return gai_strerror(code); }

const char *csocket_error_text(int error) { return strerrordesc_np(error); }

int csocket_write_address(const csocket_endpoint *endpoint, char *text, size_t capacity) {
    if (endpoint->is_ipv4) {
        const struct in_addr address = {.s_addr = htonl((uint32_t)endpoint->low)};
        return inet_ntop(AF_INET, &address, text, (socklen_t)capacity) ? 0 : -errno;
    }
    uint8_t bytes[16];
    csocket_get_ipv6(endpoint, bytes);
    return inet_ntop(AF_INET6, bytes, text, (socklen_t)capacity) ? 0 : -errno;
}

int csocket_host_addresses(csocket_endpoint *addresses, int capacity) {
    struct ifaddrs *list = NULL;
    int count = 0;
    if (getifaddrs(&list)) return -errno;
    for (const struct ifaddrs *entry = list; entry && count < capacity; entry = entry->ifa_next) {
        if (!entry->ifa_addr || !(entry->ifa_flags & IFF_UP)) continue;
        const int family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        const size_t length = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        csocket_read_sockaddr(entry->ifa_addr, length, &addresses[count++]);
    }
    freeifaddrs(list);
    return count;
}

int csocket_source_address(const csocket_endpoint *peer, csocket_endpoint *source) {
    struct sockaddr_storage address;
    csocket_endpoint to = *peer;
    /* Any port will do, for nothing is sent; 0 is refused by some kernels. */
    if (to.port == 0) to.port = 9;
    const socklen_t length = csocket_to_sockaddr(&to, &address);
    const int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result = connect(fd, (const struct sockaddr *)&address, length) ? -errno : 0;
    if (result == 0) result = csocket_local_endpoint(fd, source);
    close(fd);
    return result;
}
