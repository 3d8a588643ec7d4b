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
    /* The mask is inherited: set here so that no signal can meet the new thread before it blocks them. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t created;
    int error = pthread_create(&created, NULL, run, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(start);
        return -error;
    }
    (void)pthread_setname_np(created, name);
    *thread = (uint64_t)created;
    return 0;
}

int csocket_join_thread(uint64_t thread) { return -pthread_join((pthread_t)thread, NULL); }
