#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "CSocket.h"

enum { wake_bit = 63 };

int csocket_open_wake(void) {
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void csocket_raise_wake(int wake_fd) {
    const uint64_t one = 1;
    /* Only a full counter can refuse, and then the loop is awake anyway. */
    (void)!write(wake_fd, &one, sizeof one);
}

static int watch(int poller, int fd, uint32_t bit) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = bit};
    return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int csocket_open_poller(const int *fds, int count, int wake_fd) {
    if (count < 0 || count > wake_bit) return -EINVAL;
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) return -errno;
    int error = watch(poller, wake_fd, wake_bit);
    for (int i = 0; i < count && !error; i++) error = watch(poller, fds[i], (uint32_t)i);
    if (!error) return poller;
    close(poller);
    return error;
}

int csocket_wait(int poller, int wake_fd, int milliseconds, uint64_t *ready) {
    struct epoll_event events[wake_bit + 1];
    *ready = 0;
    int count = epoll_wait(poller, events, wake_bit + 1, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) *ready |= UINT64_C(1) << events[i].data.u32;
    if (*ready >> wake_bit) {
        uint64_t raised;
        (void)!read(wake_fd, &raised, sizeof raised);
    }
    return 0;
}
