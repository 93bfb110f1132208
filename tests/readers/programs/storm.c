/* Does at once what is hard to read in a log: threads that interrupt each other, children that are
   killed, files and sockets with hostile names; with an argument, an exec from a second thread. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2];

static void on_signal(int number) { (void)number; }

static void nap(long us)
{
    struct timespec wait = {us / 1000000, (us % 1000000) * 1000};
    nanosleep(&wait, NULL);
}

static void *read_bytes(void *unused)
{
    char byte;
    for (int i = 0; i < 20; i++)
        if (read(ends[0], &byte, 1) < 0)
            break;
    return unused;
}

static void *execute(void *unused)
{
    nap(3000);
    execl("/bin/true", "true", (char *)NULL);
    return unused;
}

static void name_files(void)
{
    static const char *names[] = {
        "a) = 3 ", "<unfinished ...>", "new\nline", "q\"uote\\", "a->", "b = 4 (x", "a) = 4 E (b",
        "a) = 3<x>", "a) = 3 ([{fd=1", "n\303\266n-\377", "a) = 1 (INJECTED)", "(INJECTED", NULL};
    for (int i = 0; names[i]; i++) {
        int fd = open(names[i], O_RDWR | O_CREAT, 0600);
        if (write(fd, names[i], strlen(names[i])) < 0)
            abort();
        for (int deleted = 0; deleted < 2; deleted++) {
            struct pollfd ready = {fd, POLLIN, 0};
            poll(&ready, 1, 0);
            close(dup(fd));
            unlink(names[i]);
        }
        close(fd);
    }
}

static void name_socket(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    char buffer[9];
    strcpy(name.sun_path, "s) = 3<b>]> \"");
    unlink(name.sun_path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(server, (void *)&name, sizeof name);
    listen(server, 5);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(client, (void *)&name, sizeof name);
    int peer = accept(server, NULL, NULL);
    if (write(peer, "hi", 2) == 2 && read(client, buffer, 9) != 2)
        abort();
    close(peer);
    close(dup(server));
    unlink(name.sun_path);
}

static void make_children(const char *self)
{
    pid_t child;
    if (!(child = fork()))
        raise(SIGKILL);
    waitpid(child, NULL, 0);
    if (!(child = fork()))
        abort();
    waitpid(child, NULL, 0);
    if (!(child = fork())) {
        alarm(20);
        pause();
        _exit(1);
    }
    nap(2000);
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    if (!(child = fork()))
        execl(self, self, "exec", (char *)NULL);
    waitpid(child, NULL, 0);
}

int main(int count, char **arguments)
{
    pthread_t threads[3], last;
    const char *text = ") = 0 <0.000001>\n\" = \"<unfinished ...>";
    alarm(20);
    signal(SIGUSR1, on_signal);
    if (count > 1) {
        pthread_create(&last, NULL, execute, NULL);
        for (;;)
            pause();
    }
    if (pipe(ends))
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, read_bytes, NULL);
    for (int i = 0; i < 60; i++) {
        if (write(ends[1], "z", 1) != 1)
            return 1;
        nap(50);
    }
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    kill(getpid(), SIGUSR1);
    if (write(open("/dev/null", O_WRONLY), text, strlen(text)) < 0)
        return 1;
    name_files();
    name_socket();
    make_children(arguments[0]);
    umask(022);
    syscall(9999, 1, 2, 3);
    pthread_create(&last, NULL, read_bytes, NULL); /* still waits when the process ends */
    nap(1000);
    return 3;
}
