/* Tables of descriptors that are copied, shared, taken apart and swept, each with a file in it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[1 << 16];

static void look(int first, int last)
{
    for (int fd = first; fd <= last; fd++)
        lseek(fd, 0, SEEK_CUR);
}

static int sharer(void *unused)
{
    (void)unused;
    close(10);                                /* its creator's as well */
    dup2(open("/etc/hostname", O_RDONLY), 11);
    return 0;
}

static void send_one(int to, int fd)
{
    char room[CMSG_SPACE(sizeof fd)] = {0}, byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
                             .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    sendmsg(to, &message, 0);
}

static void receive_one(int from)
{
    char room[CMSG_SPACE(sizeof(int))], byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
                             .msg_controllen = sizeof room};
    recvmsg(from, &message, MSG_CMSG_CLOEXEC);
}

int main(int argc, char **argv)
{
    int ends[2], folder;
    if (argc > 1) { /* after the exec: what was not marked is still there */
        look(3, 40);
        return 0;
    }
    dup2(open("/etc/passwd", O_RDONLY), 10);
    if (waitpid(clone(sharer, stack + sizeof stack, CLONE_FILES | SIGCHLD, NULL), NULL, 0) < 0)
        return 1;
    look(3, 12);
    if (fork() == 0) {
        close(11); /* not its creator's */
        dup2(open("/etc/group", O_RDONLY), 3);
        look(3, 12);
        _exit(0);
    }
    wait(NULL);
    look(3, 12);
    folder = open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dup3(openat(folder, "group", O_RDONLY), 20, O_CLOEXEC);
    fcntl(20, F_DUPFD, 21);
    fcntl(20, F_DUPFD_CLOEXEC, 22);
    dup2(20, 23);
    fcntl(23, F_SETFD, FD_CLOEXEC);
    dup2(20, 24);
    ioctl(24, FIOCLEX);
    ioctl(22, FIONCLEX);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    send_one(ends[0], 20);
    receive_one(ends[1]);
    syscall(SYS_close_range, 3, 4, 0);
    if (vfork() == 0) {
        execl(argv[0], argv[0], "again", (char *)NULL);
        _exit(127);
    }
    wait(NULL);
    if (fork() == 0) {
        unshare(CLONE_FILES);
        syscall(SYS_close_range, 10, 20, 2 /* CLOSE_RANGE_UNSHARE */);
        look(3, 24);
        syscall(SYS_close_range, 21, 22, 4 /* CLOSE_RANGE_CLOEXEC */);
        execl(argv[0], argv[0], "again", (char *)NULL);
        _exit(127);
    }
    wait(NULL);
    look(3, 24);
    return 0;
}
