/* Every kind of descriptor there is, many at once, and calls on them that fail. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

static void use(int fd)
{
    char room[128];
    struct pollfd ready = {fd, POLLIN | POLLRDHUP, 0};
    int waiting = 0;
    poll(&ready, 1, 0);
    ioctl(fd, FIONREAD, &waiting);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (read(fd, room, sizeof room) < 0)
        lseek(fd, 0, SEEK_CUR);
    close(dup3(fd, 100 + fd, O_CLOEXEC));
}

static int from_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    raise(SIGUSR1);
    return fd;
}

static int from_a_timer(void)
{
    struct itimerspec soon = {{0, 1000000}, {0, 500000}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timerfd_settime(fd, 0, &soon, NULL);
    return fd;
}

static int from_a_folder(void)
{
    int fd = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE);
    close(open("seen) = 3", O_CREAT | O_WRONLY, 0600));
    unlink("seen) = 3");
    return fd;
}

static void wait_for(const int *fds, int count)
{
    struct epoll_event event = {.events = EPOLLIN}, events[8];
    struct pollfd all[16];
    struct timeval soon = {0, 300};
    fd_set set;
    FD_ZERO(&set);
    int poller = epoll_create1(EPOLL_CLOEXEC), highest = 0;
    for (int i = 0; i < count; i++) {
        event.data.u64 = 0x6c6c613e5d22203dULL + i;
        epoll_ctl(poller, EPOLL_CTL_ADD, fds[i], &event);
        all[i] = (struct pollfd){fds[i], POLLIN | POLLOUT, 0};
        FD_SET(fds[i], &set);
        highest = fds[i] > highest ? fds[i] : highest;
    }
    epoll_wait(poller, events, 8, 1);
    poll(all, count, 1);
    select(highest + 1, &set, NULL, NULL, &soon);
    epoll_ctl(poller, EPOLL_CTL_ADD, fds[0], &event);
    close(poller);
}

static void move_bytes(int file)
{
    int ends[2];
    loff_t at = 0;
    off_t from = 0;
    if (pipe2(ends, O_NONBLOCK))
        abort();
    if (pwrite(file, "bytes that are ) = -1 moved", 27, 0) != 27)
        abort();
    splice(file, &at, ends[1], NULL, 9, 0);
    tee(ends[0], ends[1], 4, 0);
    sendfile(ends[1], file, &from, 9);
    copy_file_range(file, NULL, file, &at, 4, 0);
    ftruncate(file, 4096);
    void *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    madvise(mapped, 4096, MADV_DONTNEED);
    munmap(mapped, 4096);
    fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 8192);
}

static void fail(void)
{
    struct winsize size;
    struct stat status;
    struct timespec never = {-1, 2000000000};
    close(-1);
    close(9999);
    ioctl(1, TIOCGWINSZ, &size);
    ioctl(0, 0x5412ff, 1);
    openat(AT_FDCWD, "/nowhere/<x>", O_TMPFILE | O_RDWR, 0600);
    openat(55, "a", O_PATH);
    fstatat(AT_FDCWD, "", &status, AT_EMPTY_PATH);
    syscall(SYS_read, 0, (void *)8, 10);
    syscall(SYS_open, (void *)1, 0);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &never, NULL);
    mmap(NULL, 0, PROT_READ, MAP_PRIVATE, -1, 0);
}

int main(void)
{
    int fds[10], many[60], count = 0;
    alarm(20);
    fds[count++] = eventfd(3, EFD_SEMAPHORE);
    fds[count++] = from_signals();
    fds[count++] = from_a_timer();
    fds[count++] = from_a_folder();
    fds[count++] = syscall(SYS_pidfd_open, getpid(), 0);
    int plain = memfd_create("a) = 3<x>\n\"->\"", MFD_CLOEXEC);
    wait_for(fds, count);
    for (int i = 0; i < count; i++)
        use(fds[i]);
    use(plain);
    move_bytes(plain);
    use(open("/dev/null", O_RDWR));
    use(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    use(open("/proc/self/stat", O_RDONLY));
    for (int i = 0; i < 60; i++)
        many[i] = i % 2 ? dup(plain) : open("/", O_PATH | O_DIRECTORY);
    for (int i = 59; i >= 0; i--)
        close(many[i]);
    fail();
    return 0;
}
