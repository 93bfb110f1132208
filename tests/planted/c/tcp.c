/*
 * A client asks a server in a child process, both traced: over TCP on loopback, with mode "udp"
 * over UDP, with mode "unix" over a UNIX socket; with mode "early" over one that the server is slow
 * to accept, so that the client waits for the reply before its connection has another end.
 */
#include "planted.h"

#include <sys/un.h>
#include <sys/wait.h>

#include "loopback.h"

static void reply(int fd)
{
	struct sockaddr_in client;
	socklen_t length = sizeof client;
	char byte;

	check(recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&client, &length) == 1, "recvfrom");
	marked_pause("server sleep", 30);
	marked_spin("server spin", 25);
	/* a stream takes no address: its length is 0 then */
	check(sendto(fd, "x", 1, 0, length ? (struct sockaddr *)&client : NULL, length) == 1, "sendto");
	receive_byte(fd);
	_exit(0);
}

static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);

	check(fd >= 0, "accept");
	reply(fd);
}

static int open_unix(struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	/* in the abstract space: a folder's name may be too long */
	snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "planted-%d", getpid());
	check(fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof *address) == 0, "bind");
	check(listen(fd, 8) == 0, "listen");
	return fd;
}

static int connect_unix(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	check(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0, "connect");
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	struct sockaddr_un local;
	int udp = strcmp(argv[1], "udp") == 0, early = strcmp(argv[1], "early") == 0;
	int is_local = early || strcmp(argv[1], "unix") == 0;
	int listener, fd;
	pid_t server;

	planted_begin();
	if (is_local)
		listener = open_unix(&local);
	else if (udp)
		listener = bound_socket(&address, SOCK_DGRAM);
	else
		listener = listening_socket(&address);
	server = planted_fork();
	if (server == 0) {
		if (udp)
			reply(listener);
		if (early)
			marked_pause("before accept", 8);
		serve(listener);
	}
	fd = is_local ? connect_unix(&local)
		      : connected_socket(&address, udp ? SOCK_DGRAM : SOCK_STREAM);
	check(fd >= 0, "connect");
	if (!early)
		marked_pause("client pause", 8); /* until the server has accepted */
	send_byte(fd);
	receive_byte(fd);
	marked_spin("client spin", 20);
	ready(argv[argc - 1]);
	send_byte(fd);
	waitpid(server, NULL, 0);
	return 0;
}
