/* What the corpus is recorded of: one mode a kind of call; gcc -static -pthread, run in /srv/coldstart */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <netinet/in.h>
#include <linux/netlink.h>

static void nap(long ms) { struct timespec t = {ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, 0); }

static int hello(void) {
  write(1, "hello\n", 6);
  open("/srv/coldstart/missing", O_RDONLY);
  return 3;
}
static int fds(void) {
  char b[64];
  int p[2], s[2];
  int fd = open("/srv/coldstart/data/a) = 3 <b>", O_RDWR | O_CREAT, 0644);
  write(fd, ") = 0 <0.000001>", 16);
  unlink("/srv/coldstart/data/a) = 3 <b>");
  write(fd, "\1\02289\"\\\n\377", 9);
  close(fd);
  fd = open("/dev/null", O_WRONLY); write(fd, "x", 1); close(fd);
  pipe(p); write(p[1], "<unfinished ...>", 16); read(p[0], b, 64);
  socketpair(AF_UNIX, SOCK_STREAM, 0, s); write(s[0], "hi", 2); read(s[1], b, 64);
  struct sockaddr_un un = {AF_UNIX, "/srv/coldstart/data/sock = \"1\">"};
  unlink(un.sun_path);
  int u = socket(AF_UNIX, SOCK_STREAM, 0); bind(u, (void *)&un, sizeof un); listen(u, 5);
  int u2 = socket(AF_UNIX, SOCK_STREAM, 0); connect(u2, (void *)&un, sizeof un);
  int ua = accept(u, 0, 0); write(u2, "un", 2); close(ua);
  struct sockaddr_in in = {AF_INET, htons(0), {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof in;
  int t = socket(AF_INET, SOCK_STREAM, 0); bind(t, (void *)&in, sizeof in); listen(t, 1);
  getsockname(t, (void *)&in, &len);
  int c = socket(AF_INET, SOCK_STREAM, 0); connect(c, (void *)&in, sizeof in);
  int a = accept(t, 0, 0); write(c, "tcp", 3); read(a, b, 64); close(a);
  int d = socket(AF_INET, SOCK_DGRAM, 0); close(d);
  int n = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); close(n);
  int e = eventfd(7, EFD_NONBLOCK | EFD_SEMAPHORE); read(e, b, 8);
  int ep = epoll_create1(0);
  struct epoll_event ev = {EPOLLIN, {0}}; epoll_ctl(ep, EPOLL_CTL_ADD, e, &ev);
  sigset_t set; sigemptyset(&set); sigaddset(&set, SIGUSR2);
  int sg = signalfd(-1, &set, 0); close(sg);
  int pf = syscall(SYS_pidfd_open, getpid(), 0); close(pf);
  int tf = timerfd_create(CLOCK_MONOTONIC, 0); close(tf);
  int mf = syscall(SYS_memfd_create, "mem <1>", 0); close(mf);
  int in1 = inotify_init1(0); close(in1);
  struct pollfd pl = {e, POLLIN, 0}; poll(&pl, 1, 0);
  struct stat st; fstatat(AT_FDCWD, "data", &st, 0);
  struct iovec iov[2] = {{"one,", 4}, {"two)", 4}}; writev(p[1], iov, 2);
  struct iovec in2[2] = {{b, 3}, {b + 3, 60}}; readv(p[0], in2, 2);
  close(u); unlink(un.sun_path);
  return 0;
}
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int gate;
static void *worker(void *arg) {
  prctl(PR_SET_NAME, arg);
  nap(20);
  __atomic_store_n(&gate, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &gate, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
  nap(20);
  return 0;
}
static int threads(void) {
  pthread_t t;
  pthread_create(&t, 0, worker, "w <1> \"q\"");
  while (!__atomic_load_n(&gate, __ATOMIC_SEQ_CST)) syscall(SYS_futex, &gate, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
  pthread_join(t, 0);
  return 0;
}
static int forks(void) {
  int p[2]; char b[8]; pipe(p);
  pid_t pid = fork();
  if (!pid) { nap(15); write(p[1], "c", 1); _exit(7); }
  read(p[0], b, 8);
  kill(pid, 0);
  int st; wait4(pid, &st, 0, 0);
  pid = vfork();
  if (!pid) _exit(0);
  waitpid(pid, &st, 0);
  return 0;
}
static void *execer(void *arg) { nap(10); execl("/srv/coldstart/bin/forms", "forms", "hello", (char *)0); return 0; }
static int texec(void) {
  pthread_t t; pthread_create(&t, 0, execer, 0);
  pause(); return 0;
}
static void on(int s) { (void)s; }
static int sigs(void) {
  struct sigaction sa = {.sa_handler = on}; sigaction(SIGUSR1, &sa, 0);
  kill(getpid(), SIGUSR1);
  pid_t me = getpid();
  pid_t pid = fork();
  if (!pid) { nap(20); kill(me, SIGSTOP); nap(20); kill(me, SIGCONT); nap(20); kill(me, SIGUSR1); _exit(0); }
  struct timespec t = {0, 80000000}; clock_nanosleep(CLOCK_REALTIME, 0, &t, 0);
  wait4(pid, 0, 0, 0);
  signal(SIGALRM, SIG_IGN);
  abort();
}
static int misc(void) {
  umask(022);
  void *m = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(m, 4096);
  syscall(9999, 1, 2, 3, 4, 5, 6);
  fcntl(1, F_GETFL);
  fcntl(1, F_DUPFD, 40);
  struct timeval tv = {0, 1000}; fd_set r; FD_ZERO(&r);
  select(1, 0, 0, 0, &tv);
  int p[2]; pipe(p); write(p[1], "z", 1);
  FD_SET(p[0], &r); tv.tv_sec = 4; select(p[0] + 1, &r, 0, 0, &tv);
  struct pollfd pl = {p[0], POLLIN, 0}; poll(&pl, 1, 100); poll(0, 0, 1);
  getppid(); sched_yield();
  lseek(p[0], 0, SEEK_SET);
  char b[8]; syscall(SYS_getrandom, b, 4, 0);
  readlink("/proc/self/fd/none", b, 8);
  syscall(SYS_close, -1);
  ioctl(1, 0x5413, b);
  syscall(SYS_read, p[0], (void *)1, 1);
  prctl(PR_SET_NAME, "a b)");
  syscall(SYS_futex, &gate, FUTEX_WAKE_OP, 1, 1, &gate, 0x50000000 | (1 << 28));
  return 0;
}
static int killed(void) {
  pid_t pid = fork();
  if (!pid) { pause(); _exit(0); }
  nap(10); kill(pid, SIGKILL); wait4(pid, 0, 0, 0);
  return 0;
}
static void *waiter(void *arg) { (void)arg; pause(); return 0; }
static int parked(void) { /* a thread in a call when another ends the process */
  pthread_t t; pthread_create(&t, 0, waiter, 0); nap(10); _exit(4);
}
static int errs(void) { /* its own stderr, between strace's lines */
  write(2, "plain\n", 6);
  write(2, "5 files, (two\nlines)\n", 21);
  write(2, "no newline", 10);
  struct iovec iov[2] = {{"iov", 3}, {"\n", 1}}; writev(2, iov, 2);
  getppid();
  write(2, "read(0, \"x\", 1) = 1\n", 20);
  getppid();
  return 0;
}
static int ns(void) {
  if (unshare(CLONE_NEWPID)) return 1;
  pid_t pid = fork();
  if (!pid) { pid_t c = fork(); if (!c) { nap(5); getppid(); _exit(0); } kill(c, 0); wait4(c, 0, 0, 0); _exit(0); }
  wait4(pid, 0, 0, 0);
  return 0;
}
static int errsf(void) { /* stderr of a child, while its parent is busy */
  pid_t pid = fork();
  if (!pid) { for (int i = 0; i < 4; i++) write(2, "child: (a) = 1\n", 15); _exit(0); }
  for (int i = 0; i < 8; i++) getppid();
  wait4(pid, 0, 0, 0);
  return 0;
}
static int waits(void) { nap(300); nap(300); return 0; }
static int leaves(void) { pthread_t t; pthread_create(&t, 0, waiter, 0); pause(); return 0; }
static int big(void) {
  static char b[0x110000]; memset(b, 'a', sizeof b);
  int fd = open("/dev/null", O_WRONLY); write(fd, "short\n\377 |", 9); close(fd);
  return 0;
}
int main(int argc, char **argv) {
  struct { const char *name; int (*run)(void); } modes[] = {
    {"hello", hello}, {"fds", fds}, {"threads", threads}, {"forks", forks}, {"texec", texec}, {"sigs", sigs},
    {"misc", misc}, {"killed", killed}, {"parked", parked}, {"errs", errs}, {"ns", ns}, {"waits", waits},
    {"errsf", errsf}, {"leaves", leaves}, {"big", big},
  };
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (argc > 1 && !strcmp(argv[1], modes[i].name)) return modes[i].run();
  return 2;
}
