// What Swift can't reach in wide ncurses by itself: macros, variables that a macro hides, and a
// few system calls whose declarations are GNU-only. No state here (see crash.h).
#ifndef REGTOP_CNCURSES_SHIM_H
#define REGTOP_CNCURSES_SHIM_H

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

// Neither is declared without _GNU_SOURCE or _XOPEN_SOURCE, which would clash with Swift's Glibc.
extern int wcwidth(wchar_t);
extern int memfd_create(const char *, unsigned int);

/// A screen of this terminal type that writes to one file and reads from another; NULL on failure.
/// Both files stay open as long as the screen. LINES and COLUMNS are stale under sudo and
/// multiplexers: they are removed, and the caller sets the size.
static inline SCREEN *rg_newterm(const char *type, int output, int input) {
    FILE *out = fdopen(output, "w");
    FILE *in = fdopen(input, "r");
    if (out == NULL || in == NULL) return NULL;
    unsetenv("LINES");
    unsetenv("COLUMNS");
    return newterm(type, out, in);
}

/// The whole screen; NULL before `rg_newterm`.
static inline WINDOW *rg_stdscr(void) { return stdscr; }

/// The next update repaints everything.
static inline void rg_repaint(void) { clearok(curscr, TRUE); }

static inline int rg_colours(void) { return COLORS; }

static inline int rg_colour_pairs(void) { return COLOR_PAIRS; }

/// Puts one glyph on the screen's next picture.
static inline int rg_put(int y, int x, const wchar_t *glyph, unsigned int attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, glyph, (attr_t)attributes, 0, &pair) == ERR) return ERR;
    return mvadd_wch(y, x, &cell);
}

static inline unsigned int rg_bold(void) { return A_BOLD; }
static inline unsigned int rg_dim(void) { return A_DIM; }
static inline unsigned int rg_underline(void) { return A_UNDERLINE; }
static inline unsigned int rg_reverse(void) { return A_REVERSE; }

/// A string capability of the current terminal, with its padding; NULL when there is none.
static inline const char *rg_capability(const char *name) {
    const char *text = tigetstr(name);
    return text == (const char *)-1 ? NULL : text;
}

/// The bytes that make the whole screen of so many rows scroll; NULL when there are none.
static inline const char *rg_scroll_region(int height) {
    const char *text = rg_capability("csr");
    return text == NULL ? NULL : tparm(text, 0L, (long)height - 1, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
}

/// A key: 0 none, 1 a character, 2 a key code; the value goes to `value`.
static inline int rg_read_key(WINDOW *window, unsigned int *value) {
    wint_t read = 0;
    int kind = wget_wch(window, &read);
    *value = (unsigned int)read;
    return kind == OK ? 1 : kind == KEY_CODE_YES ? 2 : 0;
}

/// Columns and rows of a terminal; 0 when nobody told it.
static inline void rg_window_size(int fd, int *width, int *height) {
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) != 0) size.ws_col = size.ws_row = 0;
    *width = size.ws_col;
    *height = size.ws_row;
}

/// How many bytes can be read at once; 0 on success.
static inline int rg_readable(int fd, int *count) { return ioctl(fd, FIONREAD, count); }

/// A file in memory for what ncurses writes: it has no capacity that could block the writer.
static inline int rg_memory_file(void) { return memfd_create("regtop-frame", 1u /* MFD_CLOEXEC */); }

/// Opens a terminal once more, so that flags set here are nobody else's; -1 on failure.
static inline int rg_open_terminal(const char *path) {
    return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

/// A duplicate that programs started from here do not get.
static inline int rg_duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }

/// 0 on success.
static inline int rg_set_nonblocking(int fd, int on) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static inline void rg_interactive_signals(sigset_t *set) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT, SIGUSR2};
    sigemptyset(set);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) sigaddset(set, numbers[i]);
}

/// Blocks the signals that `rg_signal_file` delivers, in this thread and those it starts; SIGPIPE
/// becomes an error of write(2). 0 on success.
static inline int rg_block_signals(void) {
    sigset_t set;
    rg_interactive_signals(&set);
    signal(SIGPIPE, SIG_IGN);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static inline int rg_signal_file(void) {
    sigset_t set;
    rg_interactive_signals(&set);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/// The next signal that arrived, or 0.
static inline int rg_next_signal(int fd) {
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

static inline int rg_wake_file(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline void rg_wake(int fd) {
    const uint64_t one = 1;
    ssize_t ignored = write(fd, &one, sizeof one);
    (void)ignored;
}

static inline void rg_clear_wake(int fd) {
    uint64_t count;
    ssize_t ignored = read(fd, &count, sizeof count);
    (void)ignored;
}

/// ncurses' own handlers for INT, TERM, TSTP and WINCH are taken back: a signal file serves them.
static inline void rg_default_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) signal(numbers[i], SIG_DFL);
}

#endif
