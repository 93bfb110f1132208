/* Calls that signals break into: begun again by the kernel, failed, or never ended; stops and
   continues; timers; signals waited for, queued with a value, and sent among threads. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2];

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)context;
    (void)info;
    if (number == SIGUSR2)
        getppid(); /* a call within a call */
}

static void handle(int number, int flags)
{
    struct sigaction action = {.sa_flags = flags | SA_SIGINFO};
    action.sa_sigaction = on_signal;
    sigaction(number, &action, NULL);
}

static void nap(long us)
{
    struct timespec wait = {0, us * 1000};
    while (nanosleep(&wait, &wait) && errno == EINTR)
        ;
}

static void *pelt(void *target)
{
    union sigval value = {.sival_int = -7};
    for (int i = 0; i < 12; i++) {
        nap(400);
        pthread_kill(*(pthread_t *)target, i % 2 ? SIGUSR1 : SIGUSR2);
    }
    pthread_sigqueue(*(pthread_t *)target, SIGRTMIN + 3, value);
    nap(400);
    if (write(ends[1], "z", 1) != 1)
        abort();
    return NULL;
}

static void be_pelted(void)
{
    pthread_t self = pthread_self(), other;
    struct timespec soon = {0, 3000000};
    struct pollfd ready = {ends[0], POLLIN, 0};
    char byte;
    pthread_create(&other, NULL, pelt, &self);
    nap(2000);
    poll(&ready, 1, 2);
    ppoll(&ready, 1, &soon, NULL);
    while (read(ends[0], &byte, 1) != 1) /* the kernel begins it again, or it fails */
        ;
    pthread_join(other, NULL);
}

static void wait_for_signals(void)
{
    struct timespec soon = {0, 500000};
    struct itimerval once = {{0, 0}, {0, 300}};
    sigset_t set, none;
    sigemptyset(&none);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigtimedwait(&set, NULL, &soon);
    setitimer(ITIMER_REAL, &once, NULL);
    sigwaitinfo(&set, NULL);
    for (int i = 0; i < 3; i++) {
        setitimer(ITIMER_REAL, &once, NULL);
        sigsuspend(&none);
    }
    sigtimedwait(&set, NULL, &soon);
}

static void stop_and_go(void)
{
    pid_t child = fork();
    if (!child) {
        nap(3000); /* stopped in it: goes on as restart_syscall */
        raise(SIGSTOP);
        raise(SIGTSTP);
        _exit(0);
    }
    nap(1000);
    kill(child, SIGSTOP);
    for (int status; waitpid(child, &status, WUNTRACED | WCONTINUED) == child;) {
        if (WIFSTOPPED(status))
            kill(child, SIGCONT);
        else if (WIFEXITED(status))
            break;
    }
}

static void timers(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct itimerspec once = {{0, 0}, {0, 300000}};
    event.sigev_value.sival_ptr = &timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &once, NULL);
    nap(2000); /* rather than a pause, which under a slow tracer would begin too late */
    timer_delete(timer);
}

int main(void)
{
    handle(SIGUSR1, SA_RESTART);
    handle(SIGUSR2, 0);
    handle(SIGALRM, SA_RESTART);
    handle(SIGRTMIN, 0);
    handle(SIGRTMIN + 3, SA_RESTART);
    if (pipe(ends))
        return 1;
    be_pelted();
    wait_for_signals();
    timers();
    stop_and_go();
    raise(SIGSEGV);
    return 0;
}
