/* TCP and UDP over loopback, on a port the kernel chooses or a peer tells. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static inline int bound_socket(struct sockaddr_in *address, int type)
{
	socklen_t length = sizeof *address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET};
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(fd >= 0 && bind(fd, (struct sockaddr *)address, length) == 0, "bind");
	check(getsockname(fd, (struct sockaddr *)address, &length) == 0, "getsockname");
	return fd;
}

static inline int listening_socket(struct sockaddr_in *address)
{
	int fd = bound_socket(address, SOCK_STREAM);

	check(listen(fd, 8) == 0, "listen");
	return fd;
}

/* Read "127.0.0.1:8080". */
static inline struct sockaddr_in parse_address(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	const char *colon = strrchr(text, ':');
	char host[64];

	check(colon != NULL, text);
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
	check(inet_pton(AF_INET, host, &address.sin_addr) == 1, text);
	address.sin_port = htons(atoi(colon + 1));
	return address;
}

static inline int connected_socket(const struct sockaddr_in *address, int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
		return fd;
	check(errno == ECONNREFUSED, "connect");
	close(fd);
	return -1;
}

/* -1 where the connection is refused. */
static inline int try_connect(const struct sockaddr_in *address)
{
	return connected_socket(address, SOCK_STREAM);
}

/* Where it is refused, try again: after 10 ms, then 20, 40, ... */
static inline int connect_patiently(const struct sockaddr_in *address)
{
	int fd;

	for (int wait_ms = 10; (fd = try_connect(address)) < 0; wait_ms *= 2) {
		begin_part("back off", BACK_OFF);
		pause_ms(wait_ms);
		end_part("back off");
	}
	return fd;
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
