/*
 * A client asks a server in a child process, both traced: over TCP on loopback, with mode "udp"
 * over UDP, with mode "unix" over a UNIX socket.
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

static int open_unix(const char *marks, struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	/* in the abstract space: a folder's name may be too long */
	snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "planted-%d", getpid());
	check(fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof *address) == 0, marks);
	check(listen(fd, 8) == 0, "listen");
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	struct sockaddr_un local;
	const char *mode = argv[1];
	int listener, fd;
	pid_t server;

	planted_begin();
	if (strcmp(mode, "unix") == 0)
		listener = open_unix(argv[argc - 1], &local);
	else if (strcmp(mode, "udp") == 0)
		listener = bound_socket(&address, SOCK_DGRAM);
	else
		listener = listening_socket(&address);
	server = planted_fork();
	if (server == 0 && strcmp(mode, "udp") == 0)
		reply(listener);
	if (server == 0)
		serve(listener);
	if (strcmp(mode, "unix") == 0) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		check(connect(fd, (struct sockaddr *)&local, sizeof local) == 0, "connect");
	} else {
		fd = connected_socket(&address, strcmp(mode, "udp") ? SOCK_STREAM : SOCK_DGRAM);
	}
	check(fd >= 0, "connect");
	send_byte(fd);
	receive_byte(fd);
	marked_spin("client spin", 20);
	ready(argv[argc - 1]);
	send_byte(fd);
	waitpid(server, NULL, 0);
	return 0;
}
