/*
 * A client of a server that is not traced. Mode "reply": it is slow to reply; "late": it refuses
 * connections for a while and is tried again; "full": its queue is full, and it is slow to accept;
 * "far": the way there is slow, so that the connection itself takes long.
 */
#include "planted.h"

#include <stddef.h>
#include <sys/un.h>

#include "loopback.h"

static void ask(int fd, const char *part)
{
	begin_part(part, REPLY);
	send_byte(fd);
	receive_byte(fd);
	end_part(part);
}

/* Its delay begins when it is told so, by a datagram to the port of its address. */
static void ring(const struct sockaddr_in *address)
{
	int fd = connected_socket(address, SOCK_DGRAM);

	send_byte(fd);
	close(fd);
}

/* To a UNIX socket, in the abstract space, that is named after the port. */
static int connect_full(const struct sockaddr_in *address)
{
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int length = snprintf(local.sun_path + 1, sizeof local.sun_path - 1, "planted-peer-%d",
			      ntohs(address->sin_port));

	check(fd >= 0, "socket");
	check(connect(fd, (struct sockaddr *)&local,
		      offsetof(struct sockaddr_un, sun_path) + 1 + length) == 0, "connect");
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = parse_address(argv[2]);
	int late = strcmp(argv[1], "late") == 0, full = strcmp(argv[1], "full") == 0;
	int fd;

	if (late || full)
		ring(&address);
	planted_begin();
	if (late) {
		fd = connect_patiently(&address);
	} else {
		begin_part("connect", CONNECT);
		fd = full ? connect_full(&address) : try_connect(&address);
		end_part("connect");
	}
	check(fd >= 0, "connect");
	ask(fd, "request");
	marked_spin("spin", 20);
	ask(fd, "second request");
	ready(argv[argc - 1]);
	close(fd);
	return 0;
}
