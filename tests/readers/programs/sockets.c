/* Sockets of every family a service opens, served by epoll: streams, datagrams, descriptors and
   credentials passed on, a netlink dump, names that look like the rest of a line. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { SERVERS = 4, ROUNDS = 6 };

union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

struct server {
    int fd;
    union name name;
    socklen_t length;
};

static struct server servers[SERVERS];

static int serve(int type, union name name, socklen_t length, struct server *server)
{
    int one = 1, fd = socket(name.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return 0; /* no IPv6 here */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &name.any, length) || listen(fd, 8)) {
        close(fd);
        return 0;
    }
    server->fd = fd;
    server->length = sizeof server->name;
    return getsockname(fd, &server->name.any, &server->length) == 0;
}

static void *ask(void *of)
{
    struct server *server = of;
    char answer[64];
    int type = server->name.any.sa_family == AF_UNIX ? SOCK_SEQPACKET : SOCK_STREAM;
    for (int i = 0; i < ROUNDS; i++) {
        int fd = socket(server->name.any.sa_family, type | SOCK_CLOEXEC, 0);
        if (connect(fd, &server->name.any, server->length))
            connect(fd, &server->name.any, server->length);
        send(fd, "GET / HTTP/1.1\r\n) = 3 <0.1>", 27, MSG_NOSIGNAL);
        recv(fd, answer, sizeof answer, 0);
        shutdown(fd, SHUT_RDWR);
        close(fd);
    }
    return NULL;
}

static void answer(int count)
{
    struct epoll_event events[8], event = {.events = EPOLLIN};
    char request[64];
    int wanted = count * ROUNDS, poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        event.data.fd = servers[i].fd;
        epoll_ctl(poll, EPOLL_CTL_ADD, servers[i].fd, &event);
    }
    while (wanted > 0) {
        int ready = epoll_wait(poll, events, 8, 2000);
        if (ready == 0 || (ready < 0 && errno != EINTR))
            break;
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd, listening = 0;
            for (int j = 0; j < count; j++)
                listening |= servers[j].fd == fd;
            if (listening) {
                event.data.fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                event.events = EPOLLIN | EPOLLRDHUP;
                epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (recv(fd, request, sizeof request, 0) > 0) {
                send(fd, "\"<unfinished ...>\" ) = -1 E", 26, MSG_NOSIGNAL);
            } else {
                wanted--;
                close(fd);
            }
        }
    }
    close(poll);
}

static void pass_on(void)
{
    int ends[2], on = 1;
    char control[CMSG_SPACE(2 * sizeof(int))] = {0}, room[256], first[4], second[8];
    struct iovec out[] = {{"a) = ", 5}, {"\n<... read resumed>", 18}, {NULL, 0}};
    struct iovec in[] = {{first, sizeof first}, {second, sizeof second}};
    struct msghdr sent = {.msg_iov = out, .msg_iovlen = 3, .msg_control = control};
    struct msghdr got = {.msg_iov = in, .msg_iovlen = 2, .msg_control = room};
    sent.msg_controllen = sizeof control;
    got.msg_controllen = sizeof room;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    struct cmsghdr *part = CMSG_FIRSTHDR(&sent);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(part), ends, sizeof ends);
    sendmsg(ends[0], &sent, 0);
    recvmsg(ends[1], &got, 0);
    struct mmsghdr many[3] = {{{.msg_iov = out, .msg_iovlen = 2}, 0},
                              {{.msg_iov = out, .msg_iovlen = 1}, 0},
                              {{.msg_iov = out, .msg_iovlen = 3}, 0}};
    sendmmsg(ends[0], many, 3, 0);
    recvmmsg(ends[1], many, 2, MSG_DONTWAIT, NULL);
    writev(ends[0], out, 2);
    readv(ends[1], in, 2);
}

static void ask_the_kernel(void)
{
    char reply[8192];
    struct {
        struct nlmsghdr head;
        struct rtgenmsg body;
    } request = {{sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {AF_UNSPEC}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    send(fd, &request, sizeof request, 0);
    for (int i = 0; i < 3; i++)
        recv(fd, reply, sizeof reply, MSG_DONTWAIT);
    close(fd);
}

static void datagrams(void)
{
    union name name = {.v4 = {.sin_family = AF_INET}};
    socklen_t length = sizeof name;
    char room[16];
    name.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bind(fd, &name.any, sizeof name.v4);
    getsockname(fd, &name.any, &length);
    sendto(fd, "->[", 3, 0, &name.any, length);
    recvfrom(fd, room, sizeof room, 0, &name.any, &length);
    recvfrom(fd, room, sizeof room, MSG_DONTWAIT, &name.any, &length);
    name.v4.sin_port = htons(1);
    int refused = socket(AF_INET, SOCK_STREAM, 0);
    connect(refused, &name.any, sizeof name.v4);
}

int main(void)
{
    pthread_t threads[SERVERS];
    union name v4 = {.v4 = {.sin_family = AF_INET}};
    union name v6 = {.v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
    union name path = {.local = {.sun_family = AF_UNIX}}, hidden = path;
    int count = 0;
    alarm(20);
    v4.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    strcpy(path.local.sun_path, "a]>\", b) = 0\n<\377");
    memcpy(hidden.local.sun_path, "\0->", 3);
    /* the id keeps apart what runs at the same time */
    int end = snprintf(hidden.local.sun_path + 3, 60, "%d]>, \"x\") = 7", getpid()) + 3;
    unlink(path.local.sun_path);
    count += serve(SOCK_STREAM, v4, sizeof v4.v4, &servers[count]);
    count += serve(SOCK_STREAM, v6, sizeof v6.v6, &servers[count]);
    count += serve(SOCK_SEQPACKET, path, sizeof path.local, &servers[count]);
    count += serve(SOCK_SEQPACKET, hidden, offsetof(struct sockaddr_un, sun_path) + end,
                   &servers[count]);
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, ask, &servers[i]);
    answer(count);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    pass_on();
    ask_the_kernel();
    datagrams();
    unlink(path.local.sun_path);
    return 0;
}
