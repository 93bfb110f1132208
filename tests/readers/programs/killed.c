/* A process that is killed while its threads and its children are in calls of every kind. */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *wait_in(void *number)
{
    struct timespec late = {9, 0};
    struct pollfd ready = {ends[0], POLLIN, 0};
    char byte;
    sigset_t set;
    switch (*(int *)number) {
    case 0:
        return read(ends[0], &byte, 1) ? number : NULL;
    case 1:
        nanosleep(&late, NULL);
        return number;
    case 2:
        pthread_mutex_lock(&lock);
        return number;
    case 3:
        poll(&ready, 1, 9000);
        return number;
    case 4:
        sigfillset(&set);
        sigtimedwait(&set, NULL, &late);
        return number;
    default:
        for (;;) /* never in a call for long */
            getppid();
    }
}

static void *end_all(void *unused)
{
    usleep(2500);
    kill(getpid(), SIGKILL);
    return unused;
}

int main(void)
{
    static int numbers[] = {0, 1, 2, 3, 4, 5, 5};
    pthread_t thread;
    alarm(20);
    if (pipe(ends))
        return 1;
    pid_t first = fork();
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 6 + !first; i++)
        pthread_create(&thread, NULL, wait_in, &numbers[i]);
    if (first) {
        waitpid(first, NULL, 0);
        exit(4); /* the threads' calls never return */
    }
    pthread_create(&thread, NULL, end_all, NULL);
    pthread_join(thread, NULL);
    return 0;
}
