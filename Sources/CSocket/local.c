#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "CSocket.h"

int csocket_longest_path(void) { return (int)sizeof(((struct sockaddr_un *)0)->sun_path) - 1; }

/* The address of a path; its length, or a negative errno. */
static int to_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length == 0) return -EINVAL;
    if (length > (size_t)csocket_longest_path()) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return (int)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

static int remove_old(const char *path) {
    struct stat found;
    if (lstat(path, &found) != 0) return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(found.st_mode)) return -EEXIST;
    return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

int csocket_listen_local(const char *path, unsigned mode, int64_t group, int backlog) {
    struct sockaddr_un address;
    int length = to_address(path, &address);
    if (length < 0) return length;
    int error = remove_old(path);
    if (error) return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    /* Linux gives the file the mode that the socket has before it is bound: there is no moment at which others
     * could come in. */
    if (fchmod(fd, group >= 0 ? mode & 0700 : mode) != 0) error = -errno;
    if (!error && bind(fd, (const struct sockaddr *)&address, (socklen_t)length) != 0) error = -errno;
    const int isBound = !error;
    if (!error && group >= 0 && chown(path, (uid_t)-1, (gid_t)group) != 0) error = -errno;
    /* Once more, for a umask takes away from it. */
    if (!error && chmod(path, mode) != 0) error = -errno;
    if (!error && listen(fd, backlog) != 0) error = -errno;
    if (!error) return fd;
    if (isBound) (void)unlink(path);
    close(fd);
    return error;
}

int csocket_connect_local(const char *path) {
    struct sockaddr_un address;
    int length = to_address(path, &address);
    if (length < 0) return length;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (connect(fd, (const struct sockaddr *)&address, (socklen_t)length) == 0) return fd;
    int error = -errno;
    close(fd);
    return error;
}

int csocket_file_identity(const char *path, uint64_t *device, uint64_t *inode) {
    struct stat found;
    if (lstat(path, &found) != 0) return -errno;
    *device = found.st_dev;
    *inode = found.st_ino;
    return 0;
}

void csocket_remove_local(const char *path, uint64_t device, uint64_t inode) {
    uint64_t foundDevice, foundInode;
    if (csocket_file_identity(path, &foundDevice, &foundInode) != 0) return;
    if (foundDevice == device && foundInode == inode) (void)unlink(path);
}

int csocket_read_peer(int fd, csocket_peer *peer) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -errno;
    *peer = (csocket_peer){credentials.pid, credentials.uid, credentials.gid};
    return 0;
}

int csocket_read_peer_groups(int fd, uint32_t *groups, int capacity) {
    if (capacity < 0) return -EINVAL;
    socklen_t length = (socklen_t)capacity * sizeof *groups;
    /* Too little room is told with the length that is needed. */
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0 && errno != ERANGE) return -errno;
    return (int)(length / sizeof *groups);
}
