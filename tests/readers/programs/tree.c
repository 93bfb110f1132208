/* A tree of processes made in every way: fork, vfork, clone, posix_spawn; children that outlive
   their parents, are killed in a call, or call themselves something hostile. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static char stack[1 << 16];
static char *const quiet[] = {"true", "a) = 0 <0.1>", NULL};

static void nap(long us)
{
    struct timespec wait = {0, us * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
}

static int by_clone(void *number)
{
    prctl(PR_SET_NAME, "x> = 1 [pid 7]");
    nap(300);
    return *(int *)number;
}

static void by_vfork(const char *program)
{
    pid_t child = vfork();
    if (!child) {
        execv(program, quiet);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}

static void by_spawn(void)
{
    pid_t child;
    if (posix_spawn(&child, "/bin/true", NULL, NULL, quiet, environ) == 0)
        waitpid(child, NULL, 0);
    posix_spawn(&child, "/nowhere/a) = 0", NULL, NULL, quiet, environ);
}

static void grow(int depth)
{
    for (int i = 0; i < 2; i++)
        if (!fork()) {
            if (depth)
                grow(depth - 1);
            nap(200);
            _exit(depth);
        }
    while (wait(NULL) > 0)
        ;
}

static void outlive(void)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC))
        abort();
    if (!fork()) {
        if (!fork()) { /* an orphan by the time it writes */
            nap(2000);
            if (write(ends[1], "o", 1) != 1)
                abort();
            _exit(0);
        }
        _exit(0);
    }
    wait(NULL);
    if (read(ends[0], &byte, 1) != 1)
        abort();
}

static void kill_in_a_call(int number)
{
    pid_t child = fork();
    siginfo_t info;
    if (!child) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    nap(1500);
    int fd = syscall(SYS_pidfd_open, child, 0);
    if (fd < 0 || syscall(SYS_pidfd_send_signal, fd, number, NULL, 0))
        kill(child, number);
    waitid(P_PID, child, &info, WEXITED);
}

int main(void)
{
    int number = 3;
    alarm(20);
    by_vfork("/bin/true");
    by_vfork("/nowhere");
    by_spawn();
    pid_t child = clone(by_clone, stack + sizeof stack, CLONE_FILES | SIGCHLD, &number);
    waitpid(child, NULL, 0);
    child = clone(by_clone, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &number);
    waitpid(child, NULL, __WALL);
    grow(1);
    outlive();
    kill_in_a_call(SIGKILL);
    kill_in_a_call(SIGQUIT);
    return 0;
}
