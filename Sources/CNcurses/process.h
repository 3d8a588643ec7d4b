#ifndef REGTOP_PROCESS_H
#define REGTOP_PROCESS_H

// Two processes, so that the shell can have its terminal back while the program goes on: a parent that only waits,
// and the program itself. Threads can't be divided, so that is done before there are any.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/// Ends this process as the child ended.
static inline _Noreturn void rg_end_as(int status) {
    if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
    const int number = WTERMSIG(status);
    // The core, if there is one, is the child's.
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)signal(number, SIG_DFL);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
    (void)raise(number);
    _exit(128 + number);
}

static inline int rg_is_over(pid_t child, int *status) {
    pid_t found;
    do found = waitpid(child, status, WNOHANG);
    while (found < 0 && errno == EINTR);
    return found == child;
}

/// What was sent to this process by name is meant for the program; what the terminal's group was sent has reached the
/// child already, and twice is no harm.
static inline void rg_pass_on(pid_t child, int signals) {
    struct signalfd_siginfo happened;
    while (read(signals, &happened, sizeof happened) == sizeof happened) {
        if (happened.ssi_signo != SIGCHLD) (void)kill(child, (int)happened.ssi_signo);
    }
}

static inline _Noreturn void rg_wait_for(pid_t child, int left, int signals) {
    struct pollfd files[2] = {{.fd = signals, .events = POLLIN}, {.fd = left, .events = POLLIN}};
    for (;;) {
        int status;
        if (rg_is_over(child, &status)) rg_end_as(status);
        (void)poll(files, 2, -1);
        char byte;
        ssize_t count = read(left, &byte, 1);
        if (count == 1) _exit(0);
        if (count == 0) files[1].fd = -1; // the child is about to end
        rg_pass_on(child, signals);
    }
}

/// Divides the process, which has one thread, in two. In the child, which goes on with the program, it returns 0 and
/// `leave` is what rg_leave_parent takes; should the parent die, the child gets SIGTERM. The parent never returns: it
/// passes the signals sent to it on and ends as the child ends, with its exit code or by its signal, or with 0 as soon
/// as the child has left it. Where that can't be done it returns a negative errno, and the process is as it was.
static inline int rg_begin_child(int *leave) {
    int ends[2];
    if (pipe(ends) != 0) return -errno;
    for (int i = 0; i < 2; i++) (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    sigset_t passed, before;
    sigfillset(&passed);
    const int own[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS, SIGTTIN, SIGTTOU};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&passed, own[i]);
    int signals = signalfd(-1, &passed, SFD_CLOEXEC | SFD_NONBLOCK);
    int error = signals < 0 ? -errno : 0;
    // Nothing that arrives meanwhile is lost: it waits in the parent, and in the child until its own mask is back.
    (void)sigprocmask(SIG_SETMASK, &passed, &before);
    pid_t parent = getpid();
    pid_t child = error ? -1 : fork();
    if (!error && child < 0) error = -errno;
    if (!error && child > 0) {
        close(ends[1]);
        rg_wait_for(child, ends[0], signals);
    }
    if (!error && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() != parent) (void)raise(SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (signals >= 0) close(signals);
    close(ends[0]);
    if (error) {
        close(ends[1]);
        return error;
    }
    *leave = ends[1];
    return 0;
}

/// The child goes on alone: a session of its own, standard output and error to `output`, standard input from
/// /dev/null, and the parent ends with 0. Returns 0 or a negative errno, and then nothing has changed.
static inline int rg_leave_parent(int leave, int output) {
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0) return -errno;
    // Never the leader of a group: the parent is, or was.
    if (setsid() < 0 && errno != EPERM) {
        int error = -errno;
        close(input);
        return error;
    }
    (void)prctl(PR_SET_PDEATHSIG, 0);
    (void)dup2(input, 0);
    (void)dup2(output, 1);
    (void)dup2(output, 2);
    close(input);
    const char byte = 0;
    (void)!write(leave, &byte, 1);
    close(leave);
    return 0;
}

#endif
