#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "CSocket.h"

void csocket_read_clocks(int64_t *monotonic, int64_t *realtime) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *monotonic = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    clock_gettime(CLOCK_REALTIME, &now);
    *realtime = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

_Static_assert(sizeof(csocket_signal_mask) >= sizeof(sigset_t), "a signal set fits");

void csocket_block_signals(csocket_signal_mask *before) {
    sigset_t blocked;
    sigfillset(&blocked);
    /* What a thread's own fault raises must reach the handler that restores the terminal. */
    const int faults[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, (sigset_t *)before);
}

void csocket_restore_signals(const csocket_signal_mask *before) {
    pthread_sigmask(SIG_SETMASK, (const sigset_t *)before, NULL);
}

struct start {
    void (*body)(void *);
    void *context;
};

static void *run(void *argument) {
    const struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

int csocket_start_thread(void (*body)(void *), void *context, const char *name, uint64_t *thread) {
    struct start *start = malloc(sizeof *start);
    if (!start) return -ENOMEM;
    *start = (struct start){body, context};
    pthread_t created;
    csocket_signal_mask before;
    csocket_block_signals(&before);
    int error = pthread_create(&created, NULL, run, start);
    csocket_restore_signals(&before);
    if (error) {
        free(start);
        return -error;
    }
    (void)pthread_setname_np(created, name);
    *thread = (uint64_t)created;
    return 0;
}

int csocket_join_thread(uint64_t thread) { return -pthread_join((pthread_t)thread, NULL); }
