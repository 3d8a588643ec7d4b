// Giving the terminal back from a signal handler. Everything a handler touches is computed before
// and kept here; it calls only what POSIX names async-signal-safe.
//
// The state is static, so each object file that uses these functions has its own: exactly one
// Swift file (Terminal/CrashRestore.swift) may call them.
#ifndef REGTOP_CNCURSES_CRASH_H
#define REGTOP_CNCURSES_CRASH_H

#include "shim.h"
#include <stdlib.h>

enum { rg_restore_capacity = 512, rg_crash_signal_count = 6 };

struct rg_terminal_state {
    int armed;
    int fd;
    int output;
    int error;
    struct termios modes;
    size_t length;
    char text[rg_restore_capacity];
    struct sigaction previous[rg_crash_signal_count];
    char stack[32768];
};

static struct rg_terminal_state rg_state = {.fd = -1, .output = -1, .error = -1};

static const int rg_crash_signals[rg_crash_signal_count] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGTRAP, SIGFPE};

/// Gives the terminal back as it was found; does nothing the second time.
static inline void rg_restore(void) {
    if (!__atomic_exchange_n(&rg_state.armed, 0, __ATOMIC_ACQ_REL)) return;
    int saved = errno;
    // From the background, writing and setting modes would stop the process.
    sigset_t block, before;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    size_t done = 0;
    for (int tries = 0; tries < 4 && done < rg_state.length; tries++) {
        struct pollfd ready = {rg_state.fd, POLLOUT, 0};
        poll(&ready, 1, 50);
        ssize_t wrote = write(rg_state.fd, rg_state.text + done, rg_state.length - done);
        if (wrote > 0) done += (size_t)wrote;
    }
    tcsetattr(rg_state.fd, TCSANOW, &rg_state.modes);
    if (rg_state.output >= 0) dup2(rg_state.output, 1);
    if (rg_state.error >= 0) dup2(rg_state.error, 2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
}

static inline void rg_crash(int number, siginfo_t *info, void *context) {
    (void)context;
    if (__atomic_load_n(&rg_state.armed, __ATOMIC_ACQUIRE)) tcflush(rg_state.fd, TCIFLUSH);
    rg_restore();
    for (int i = 0; i < rg_crash_signal_count; i++) {
        if (rg_crash_signals[i] == number) sigaction(number, &rg_state.previous[i], NULL);
    }
    // A fault happens again on return, now with the previous handler (the runtime's backtrace) or
    // the default action; a signal that was sent has to be sent again.
    if (info == NULL || info->si_code <= 0) raise(number);
}

static inline void rg_restore_at_exit(void) { rg_restore(); }

/// Remembers how to give the terminal back: the modes and bytes that do it. Handlers for the
/// signals of a crash are installed the first time; the bytes are cut at the capacity.
static inline void rg_arm(int fd, const struct termios *modes, const char *text, size_t length) {
    static int installed = 0;
    rg_state.fd = fd;
    rg_state.modes = *modes;
    rg_state.length = length < rg_restore_capacity ? length : rg_restore_capacity;
    memcpy(rg_state.text, text, rg_state.length);
    if (!installed) {
        installed = 1;
        stack_t stack;
        if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
            memset(&stack, 0, sizeof stack);
            stack.ss_sp = rg_state.stack;
            stack.ss_size = sizeof rg_state.stack;
            sigaltstack(&stack, NULL);
        }
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = rg_crash;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        for (int i = 0; i < rg_crash_signal_count; i++) {
            sigaction(rg_crash_signals[i], &action, &rg_state.previous[i]);
        }
        atexit(rg_restore_at_exit);
    }
    __atomic_store_n(&rg_state.armed, 1, __ATOMIC_RELEASE);
}

/// Where standard output and error went before they were captured; -1 for not captured.
static inline void rg_remember_output(int output, int error) {
    rg_state.output = output;
    rg_state.error = error;
}

#endif
