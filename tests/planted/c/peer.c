/*
 * A client waits for a slow server that no tracer sees: CLONE_UNTRACED keeps the child from being
 * followed, so that the log shows a peer outside, as in a real start.
 */
#include "planted.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "loopback.h"

static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);
	char byte;

	pause_ms(5);
	while (fd >= 0 && recv(fd, &byte, 1, 0) == 1) {
		pause_ms(35);
		send_byte(fd);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address;
	int listener, fd;
	long server;

	planted_begin();
	listener = listening_socket(&address);
	server = syscall(SYS_clone, CLONE_UNTRACED, NULL, NULL, NULL, 0);
	check(server >= 0, "clone");
	if (server == 0)
		serve(listener);
	mark("connect begin");
	fd = try_connect(&address);
	check(fd >= 0, "connect");
	mark("connect end");
	mark("request begin");
	send_byte(fd);
	receive_byte(fd);
	mark("request end");
	marked_spin("spin begin", 20, "spin end");
	mark("second request begin");
	send_byte(fd);
	receive_byte(fd);
	mark("second request end");
	ready(argv[argc - 1]);
	close(fd);
	waitpid(server, NULL, __WALL);
	return 0;
}
