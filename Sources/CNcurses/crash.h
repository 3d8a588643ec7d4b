// Giving the terminal back from a signal handler. Everything a handler touches is computed before
// and kept here; it calls only what POSIX names async-signal-safe.
//
// The state is one block that the caller keeps and hands in, since a static variable in a header is
// one per object file. Only the handlers find it through such a variable, set by the very function
// that installs them.
#ifndef REGTOP_CNCURSES_CRASH_H
#define REGTOP_CNCURSES_CRASH_H

#include "shim.h"
#include <stdlib.h>

enum { rg_restore_capacity = 512, rg_crash_signal_count = 6 };

struct rg_terminal_state {
    int armed;
    int writing;
    int fd;
    int output;
    int error;
    struct termios modes;
    size_t length;
    char text[rg_restore_capacity];
    struct sigaction previous[rg_crash_signal_count];
    char stack[32768];
};

// The initialiser makes Swift's importer emit it.
static struct rg_terminal_state *rg_guarded = NULL;

static const int rg_crash_signals[rg_crash_signal_count] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE};

/// A state for the life of the program; NULL when memory is short.
static inline struct rg_terminal_state *rg_create_state(void) {
    struct rg_terminal_state *state = calloc(1, sizeof *state);
    if (state != NULL) state->fd = state->output = state->error = -1;
    return state;
}

/// Gives the terminal back as it was found; does nothing the second time.
static inline void rg_restore(struct rg_terminal_state *state) {
    if (!__atomic_exchange_n(&state->armed, 0, __ATOMIC_SEQ_CST)) return;
    int saved = errno;
    // From the background, writing and setting modes would stop the process.
    sigset_t block, before;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    // Another thread may be in the middle of a frame, which must not come after the restoring bytes.
    for (int i = 0; i < 50 && __atomic_load_n(&state->writing, __ATOMIC_SEQ_CST); i++) poll(NULL, 0, 1);
    size_t done = 0;
    for (int tries = 0; tries < 4 && done < state->length; tries++) {
        struct pollfd ready = {state->fd, POLLOUT, 0};
        poll(&ready, 1, 50);
        ssize_t wrote = write(state->fd, state->text + done, state->length - done);
        if (wrote > 0) done += (size_t)wrote;
    }
    tcsetattr(state->fd, TCSANOW, &state->modes);
    if (state->output >= 0) dup2(state->output, 1);
    if (state->error >= 0) dup2(state->error, 2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
}

/// Before a frame is written: 0 when the terminal has been given back, and nothing may be written.
static inline int rg_begin_write(struct rg_terminal_state *state) {
    __atomic_store_n(&state->writing, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&state->armed, __ATOMIC_SEQ_CST)) return 1;
    __atomic_store_n(&state->writing, 0, __ATOMIC_SEQ_CST);
    return 0;
}

static inline void rg_end_write(struct rg_terminal_state *state) {
    __atomic_store_n(&state->writing, 0, __ATOMIC_SEQ_CST);
}

static inline void rg_crash(int number, siginfo_t *info, void *context) {
    (void)context;
    struct rg_terminal_state *state = rg_guarded;
    if (__atomic_load_n(&state->armed, __ATOMIC_ACQUIRE)) tcflush(state->fd, TCIFLUSH);
    rg_restore(state);
    // With a terminal to read from, the runtime's backtrace would ask there and wait, half a minute long.
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) dup2(nothing, 0);
    for (int i = 0; i < rg_crash_signal_count; i++) {
        if (rg_crash_signals[i] == number) sigaction(number, &state->previous[i], NULL);
    }
    // A fault happens again on return, now with the previous handler (the runtime's backtrace) or
    // the default action; a signal that was sent has to be sent again.
    if (info == NULL || info->si_code <= 0) raise(number);
}

static inline void rg_restore_at_exit(void) { rg_restore(rg_guarded); }

/// Remembers how to give the terminal back: the modes and bytes that do it. Handlers for the
/// signals of a crash are installed the first time; the bytes are cut at the capacity.
static inline void rg_arm(struct rg_terminal_state *state, int fd, const struct termios *modes, const char *text, size_t length) {
    state->fd = fd;
    state->modes = *modes;
    state->length = length < rg_restore_capacity ? length : rg_restore_capacity;
    memcpy(state->text, text, state->length);
    if (rg_guarded == NULL) {
        rg_guarded = state;
        stack_t stack;
        if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
            memset(&stack, 0, sizeof stack);
            stack.ss_sp = state->stack;
            stack.ss_size = sizeof state->stack;
            sigaltstack(&stack, NULL);
        }
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = rg_crash;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        for (int i = 0; i < rg_crash_signal_count; i++) {
            sigaction(rg_crash_signals[i], &action, &state->previous[i]);
        }
        atexit(rg_restore_at_exit);
    }
    __atomic_store_n(&state->armed, 1, __ATOMIC_RELEASE);
}

/// Where standard output and error went before they were captured; -1 for not captured.
static inline void rg_remember_output(struct rg_terminal_state *state, int output, int error) {
    state->output = output;
    state->error = error;
}

#endif
