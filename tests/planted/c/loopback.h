/* TCP over loopback, on a port the kernel chooses. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline int bound_socket(struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET};
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(fd >= 0 && bind(fd, (struct sockaddr *)address, length) == 0, "bind");
	check(getsockname(fd, (struct sockaddr *)address, &length) == 0, "getsockname");
	return fd;
}

static inline int listening_socket(struct sockaddr_in *address)
{
	int fd = bound_socket(address);

	check(listen(fd, 8) == 0, "listen");
	return fd;
}

/* -1 where the connection is refused. */
static inline int try_connect(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
		return fd;
	check(errno == ECONNREFUSED, "connect");
	close(fd);
	return -1;
}

static inline void send_byte(int fd)
{
	check(send(fd, "x", 1, 0) == 1, "send");
}

static inline void receive_byte(int fd)
{
	char byte;

	check(recv(fd, &byte, 1, 0) == 1, "recv");
}

#endif
