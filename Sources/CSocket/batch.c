#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"

/* Room for the local address of the larger family and the drop count. */
enum { control_bytes = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint32_t)) };

typedef union {
    char bytes[control_bytes];
    struct cmsghdr aligned;
} control_buffer;

struct csocket_headers {
    struct mmsghdr *receive, *send;
    struct iovec *receive_parts, *send_parts;
    struct sockaddr_storage *sources, *destinations;
    control_buffer *receive_control, *send_control;
    uint8_t *bytes;
};

static bool allocate(csocket_batch *batch, size_t slots, size_t stride) {
    struct csocket_headers *h = batch->headers;
    batch->received = calloc(slots, sizeof *batch->received);
    batch->outgoing = calloc(slots, sizeof *batch->outgoing);
    h->receive = calloc(slots, sizeof *h->receive);
    h->send = calloc(slots, sizeof *h->send);
    h->receive_parts = calloc(slots, sizeof *h->receive_parts);
    h->send_parts = calloc(slots, sizeof *h->send_parts);
    h->sources = calloc(slots, sizeof *h->sources);
    h->destinations = calloc(slots, sizeof *h->destinations);
    h->receive_control = calloc(slots, sizeof *h->receive_control);
    h->send_control = calloc(slots, sizeof *h->send_control);
    h->bytes = malloc(slots * stride);
    return batch->received && batch->outgoing && h->receive && h->send && h->receive_parts && h->send_parts &&
           h->sources && h->destinations && h->receive_control && h->send_control && h->bytes;
}

csocket_batch *csocket_batch_create(uint32_t slots, uint32_t slot_bytes) {
    csocket_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    batch->headers = calloc(1, sizeof *batch->headers);
    /* An odd number of cache lines more than a slot: slots a power of two apart would share cache sets. */
    const size_t stride = ((size_t)slot_bytes + 63) / 64 * 64 + 192;
    if (!batch->headers || !allocate(batch, slots, stride)) {
        csocket_batch_free(batch);
        return NULL;
    }
    batch->slots = slots;
    struct csocket_headers *h = batch->headers;
    for (uint32_t i = 0; i < slots; i++) {
        h->receive_parts[i] = (struct iovec){h->bytes + i * stride, slot_bytes};
        h->receive[i].msg_hdr.msg_iov = &h->receive_parts[i];
        h->receive[i].msg_hdr.msg_iovlen = 1;
        h->receive[i].msg_hdr.msg_name = &h->sources[i];
        h->receive[i].msg_hdr.msg_namelen = sizeof h->sources[i];
        h->receive[i].msg_hdr.msg_control = h->receive_control[i].bytes;
        h->receive[i].msg_hdr.msg_controllen = control_bytes;
        h->send[i].msg_hdr.msg_iov = &h->send_parts[i];
        h->send[i].msg_hdr.msg_iovlen = 1;
        h->send[i].msg_hdr.msg_name = &h->destinations[i];
        batch->received[i].bytes = h->receive_parts[i].iov_base;
    }
    return batch;
}

void csocket_batch_free(csocket_batch *batch) {
    if (!batch) return;
    struct csocket_headers *h = batch->headers;
    if (h) {
        free(h->receive);
        free(h->send);
        free(h->receive_parts);
        free(h->send_parts);
        free(h->sources);
        free(h->destinations);
        free(h->receive_control);
        free(h->send_control);
        free(h->bytes);
        free(h);
    }
    free(batch->received);
    free(batch->outgoing);
    free(batch);
}

static void read_control(csocket_batch *batch, struct msghdr *message, csocket_endpoint *local) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&batch->socket_drops, CMSG_DATA(c), sizeof batch->socket_drops);
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            /* spec_dst, not addr: for a broadcast it is our own address, the one that can answer. */
            *local = (csocket_endpoint){.low = ntohl(info.ipi_spec_dst.s_addr), .is_ipv4 = true};
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            csocket_set_ipv6(local, info.ipi6_addr.s6_addr);
            /* A global address may be answered over another interface; a link-local one may not. */
            local->scope = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
        }
    }
}

int csocket_batch_receive(csocket_batch *batch, int fd) {
    struct csocket_headers *h = batch->headers;
    int count = recvmmsg(fd, h->receive, batch->slots, MSG_DONTWAIT, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        struct msghdr *message = &h->receive[i].msg_hdr;
        csocket_received *slot = &batch->received[i];
        slot->length = h->receive[i].msg_len;
        slot->truncated = (message->msg_flags & MSG_TRUNC) != 0;
        csocket_from_sockaddr(&h->sources[i], &slot->source);
        if (message->msg_controllen > 0) read_control(batch, message, &slot->local);
        message->msg_namelen = sizeof h->sources[i];
        message->msg_controllen = control_bytes;
    }
    return count;
}

static void write_control(struct msghdr *message, control_buffer *buffer, const csocket_endpoint *local) {
    message->msg_control = buffer->bytes;
    message->msg_controllen =
        local->is_ipv4 ? CMSG_SPACE(sizeof(struct in_pktinfo)) : CMSG_SPACE(sizeof(struct in6_pktinfo));
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    if (local->is_ipv4) {
        struct in_pktinfo info = {0};
        info.ipi_spec_dst.s_addr = htonl((uint32_t)local->low);
        *c = (struct cmsghdr){
            .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
        memcpy(CMSG_DATA(c), &info, sizeof info);
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = local->scope};
        csocket_get_ipv6(local, info.ipi6_addr.s6_addr);
        *c = (struct cmsghdr){
            .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO, .cmsg_len = CMSG_LEN(sizeof info)};
        memcpy(CMSG_DATA(c), &info, sizeof info);
    }
}

int csocket_batch_send(csocket_batch *batch, int fd, const uint8_t *arena, uint32_t first, uint32_t count) {
    struct csocket_headers *h = batch->headers;
    if (count > batch->slots || first >= count) return -EINVAL;
    for (uint32_t i = first; i < count; i++) {
        const csocket_outgoing *item = &batch->outgoing[i];
        struct msghdr *message = &h->send[i].msg_hdr;
        h->send_parts[i] = (struct iovec){(void *)(arena + item->offset), item->length};
        message->msg_namelen = csocket_to_sockaddr(&item->destination, &h->destinations[i]);
        message->msg_control = NULL;
        message->msg_controllen = 0;
        if (item->from_local) write_control(message, &h->send_control[i], &item->local);
    }
    int sent = sendmmsg(fd, h->send + first, count - first, MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}
