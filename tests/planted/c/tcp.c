/* A client asks a server in a child process, over loopback; both are traced. */
#include "planted.h"

#include <sys/wait.h>

#include "loopback.h"

static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);

	check(fd >= 0, "accept");
	receive_byte(fd);
	marked_pause("server sleep begin", 30, "server sleep end");
	marked_spin("server spin begin", 25, "server spin end");
	send_byte(fd);
	receive_byte(fd);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	int listener, fd;
	pid_t server;

	planted_begin();
	listener = listening_socket(&address);
	server = fork();
	check(server >= 0, "fork");
	if (server == 0)
		serve(listener);
	fd = try_connect(&address);
	check(fd >= 0, "connect");
	send_byte(fd);
	receive_byte(fd);
	marked_spin("client spin begin", 20, "client spin end");
	ready(argv[argc - 1]);
	send_byte(fd);
	waitpid(server, NULL, 0);
	return 0;
}
